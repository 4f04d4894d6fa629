package dev.cloister.local.vm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Calls of the C library that the device needs: descriptors by number, memory of another process, events. */
final class Posix {
    static final int POLL_ENTRY = 8;
    static final short POLLIN = 1;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_RDWR = 2;

    private static final MethodHandle SOCKET = Libc.bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = Libc.bind("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = Libc.bind("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT = Libc.bind("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SHUTDOWN = Libc.bind("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle RECVMSG = Libc.bind("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND = Libc.bind("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ = Libc.bind("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = Libc.bind("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle CLOSE = Libc.bind("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle POLL = Libc.bind("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle EVENTFD = Libc.bind("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle MMAP =
            Libc.bind("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = Libc.bind("munmap", JAVA_INT, ADDRESS, JAVA_LONG);

    private Posix() {}

    private interface Call {
        long with(MemorySegment errno) throws Throwable;
    }

    /** A call whose negative result means that errno tells why; begun anew when a signal came. */
    private static long call(String what, Call call) throws IOException {
        try {
            long result;
            do {
                result = call.with(Libc.errnoBuffer());
            } while (result < 0 && Libc.errno() == Libc.EINTR);
            if (result < 0) {
                throw new SystemCallException(what);
            }
            return result;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** A unix socket that listens. */
    static int listen(Path path) throws IOException {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Address.MAX_UNIX_PATH) {
            throw new IOException("the path of the socket " + path + " is too long");
        }
        int socket = (int) call("socket", errno -> (int) SOCKET.invokeExact(errno, AF_UNIX, SOCK_STREAM | CLOEXEC, 0));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(bytes.length + 3L, 2);
            name.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(bytes, 0, name, JAVA_BYTE, 2, bytes.length);
            int length = (int) name.byteSize();
            call("cannot listen on " + path, errno -> (int) BIND.invokeExact(errno, socket, name, length));
            call("cannot listen on " + path, errno -> (int) LISTEN.invokeExact(errno, socket, 1));
            return socket;
        } catch (IOException e) {
            close(socket);
            throw e;
        }
    }

    /** Blocks until somebody connects, or {@link #shutdown} is called on the listener. */
    static int accept(int listener) throws IOException {
        return (int) call("accept", errno ->
                (int) ACCEPT.invokeExact(errno, listener, MemorySegment.NULL, MemorySegment.NULL, CLOEXEC));
    }

    /** Ends the calls of other threads on a socket. */
    static void shutdown(int socket) {
        try {
            int _ = (int) SHUTDOWN.invokeExact(Libc.errnoBuffer(), socket, SHUT_RDWR);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    static long receive(int socket, MemorySegment messageHeader, int flags) throws IOException {
        return call("recvmsg", errno -> (long) RECVMSG.invokeExact(errno, socket, messageHeader, flags));
    }

    static long read(int descriptor, MemorySegment target) throws IOException {
        return call("read", errno -> (long) READ.invokeExact(errno, descriptor, target, target.byteSize()));
    }

    /** Sends a short message whole. */
    static void send(int socket, MemorySegment message) throws IOException {
        for (long done = 0; done < message.byteSize(); ) {
            MemorySegment rest = message.asSlice(done);
            done += call("send", errno -> (long) SEND.invokeExact(errno, socket, rest, rest.byteSize(), MSG_NOSIGNAL));
        }
    }

    static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(Libc.errnoBuffer(), descriptor);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** An event that nobody has signalled yet. */
    static int event() throws IOException {
        return (int) call("eventfd", errno -> (int) EVENTFD.invokeExact(errno, 0, CLOEXEC | NONBLOCK));
    }

    /** Signals an event; one that has been signalled already is as good. */
    static void signal(int event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
            long _ = (long) WRITE.invokeExact(Libc.errnoBuffer(), event, one, 8L);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** Takes back what has been signalled. */
    static void clear(int event) {
        try (Arena arena = Arena.ofConfined()) {
            long _ = (long) READ.invokeExact(Libc.errnoBuffer(), event, arena.allocate(8, 8), 8L);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** Waits for ever until one of the entries of {@code struct pollfd} is ready. */
    static void poll(MemorySegment entries) throws IOException {
        long count = entries.byteSize() / POLL_ENTRY;
        call("poll", errno -> (int) POLL.invokeExact(errno, entries, count, -1));
    }

    /** Maps the first bytes of a file, shared, until the arena is closed. */
    static MemorySegment map(int file, long size, Arena arena) throws IOException {
        MemorySegment[] mapped = new MemorySegment[1];
        call("mmap", errno -> {
            mapped[0] =
                    (MemorySegment) MMAP.invokeExact(errno, MemorySegment.NULL, size, READ_WRITE, MAP_SHARED, file, 0L);
            return mapped[0].address() == -1 ? -1 : 0;
        });
        return mapped[0].reinterpret(size, arena, memory -> unmap(memory, size));
    }

    private static void unmap(MemorySegment memory, long size) {
        try {
            int _ = (int) MUNMAP.invokeExact(Libc.errnoBuffer(), memory, size);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }
}
