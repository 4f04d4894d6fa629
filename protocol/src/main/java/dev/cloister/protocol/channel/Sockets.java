package dev.cloister.protocol.channel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The socket calls of the C library, for both address families alike. */
final class Sockets {
    private static final int AF_UNIX = 1;
    private static final int AF_VSOCK = 40;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SHUT_WR = 1;
    private static final int SHUT_RDWR = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_VM_SOCKETS_CONNECT_TIMEOUT = 6;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final short POLLIN = 1;
    private static final short POLLRDHUP = 0x2000;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int POLL_ENTRY = 8;
    private static final int IO_VECTOR = 16;

    private static final MethodHandle SOCKET = Libc.bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONNECT = Libc.bind("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle READ = Libc.bind("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle RECV = Libc.bind("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SENDMSG = Libc.bind("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SHUTDOWN = Libc.bind("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            Libc.bind("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = Libc.bind("close", JAVA_INT, JAVA_INT);

    /** What few need: binding a function takes milliseconds, and a client is to start fast. */
    private static final class Listening {
        static final MethodHandle BIND = Libc.bind("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
        static final MethodHandle LISTEN = Libc.bind("listen", JAVA_INT, JAVA_INT, JAVA_INT);
        static final MethodHandle ACCEPT = Libc.bind("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
        static final MethodHandle POLL = Libc.bind("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        static final MethodHandle EVENTFD = Libc.bind("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
        static final MethodHandle WRITE = Libc.bind("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    }

    private Sockets() {}

    /** One call of the C library on an open descriptor; a negative result means that errno tells why. */
    private interface Call {
        long on(int fd, MemorySegment errno) throws Throwable;
    }

    static Descriptor open(Address address) throws IOException {
        int family = switch (address) {
            case Address.Vsock vsock -> AF_VSOCK;
            case Address.Unix unix -> AF_UNIX;
        };
        return create("cannot make a socket for " + address, errno ->
                (int) SOCKET.invokeExact(errno, family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    }

    static void connect(Descriptor socket, Address address) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = encode(arena, address);
            int length = (int) name.byteSize();
            call(socket, "cannot connect to " + address, (fd, errno) ->
                    (int) CONNECT.invokeExact(errno, fd, name, length));
        }
    }

    static void bind(Descriptor socket, Address address) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = encode(arena, address);
            int length = (int) name.byteSize();
            call(socket, "cannot listen on " + address, (fd, errno) ->
                    (int) Listening.BIND.invokeExact(errno, fd, name, length));
        }
    }

    static void listen(Descriptor socket, int backlog) throws IOException {
        call(socket, "cannot listen", (fd, errno) -> (int) Listening.LISTEN.invokeExact(errno, fd, backlog));
    }

    /** Waits for a connection, or until {@link #signal} is called on {@code wake}. */
    static Descriptor accept(Descriptor socket, Descriptor wake) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(2L * POLL_ENTRY, 4);
            call(wake, "cannot wait for connections", (wakeFd, errno) -> {
                setPollEntry(entries, 1, wakeFd);
                return call(socket, "cannot wait for connections", (fd, inner) -> {
                    setPollEntry(entries, 0, fd);
                    return (int) Listening.POLL.invokeExact(inner, entries, 2L, -1);
                });
            });
        }
        return new Descriptor((int) call(socket, "cannot accept a connection", (fd, errno) ->
                (int) Listening.ACCEPT.invokeExact(errno, fd, MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC)));
    }

    private static void setPollEntry(MemorySegment entries, int index, int fd) {
        entries.set(JAVA_INT, (long) index * POLL_ENTRY, fd);
        entries.set(JAVA_SHORT, (long) index * POLL_ENTRY + 4, POLLIN);
    }

    /** An event descriptor for {@link #accept}. */
    static Descriptor wakeEvent() throws IOException {
        return create("eventfd", errno -> (int) Listening.EVENTFD.invokeExact(errno, 0, EFD_CLOEXEC));
    }

    static void signal(Descriptor wake) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
            call(wake, "eventfd", (fd, errno) -> (long) Listening.WRITE.invokeExact(errno, fd, one, 8L));
        }
    }

    /** Reads into native memory; 0 is the end of the stream. */
    static long read(Descriptor socket, MemorySegment target, long length) throws IOException {
        return call(socket, "read", (fd, errno) -> (long) READ.invokeExact(errno, fd, target, length));
    }

    /** As {@link #read}, but gives -1 when there is nothing yet. */
    static long readNow(Descriptor socket, MemorySegment target, long length) throws IOException {
        return call(socket, "read", (fd, errno) -> {
                    long count = (long) RECV.invokeExact(errno, fd, target, length, MSG_DONTWAIT);
                    // One more than read, because a negative result is a failure.
                    return count < 0 ? (Libc.errno() == Libc.EAGAIN ? 0 : count) : count + 1;
                })
                - 1;
    }

    /** Returns when the peer sends no more, or the socket is closed. */
    static void awaitHangUp(Descriptor socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(POLL_ENTRY, 4);
            call(socket, "cannot wait for the peer", (fd, errno) -> {
                entry.set(JAVA_INT, 0, fd);
                entry.set(JAVA_SHORT, 4, POLLRDHUP);
                return (int) Listening.POLL.invokeExact(errno, entry, 1L, -1);
            });
        }
    }

    /** Sends the I/O vectors of a {@code msghdr} without raising SIGPIPE; returns how many bytes went out. */
    static long send(Descriptor socket, MemorySegment message) throws IOException {
        return call(socket, "write", (fd, errno) -> (long) SENDMSG.invokeExact(errno, fd, message, MSG_NOSIGNAL));
    }

    /** A {@code struct msghdr} over the I/O vectors at {@code vectors}. */
    static MemorySegment messageHeader(Arena arena, MemorySegment vectors) {
        MemorySegment header = arena.allocate(56, 8);
        header.set(ADDRESS, 16, vectors);
        return header;
    }

    static MemorySegment withVectorCount(MemorySegment messageHeader, int count) {
        messageHeader.set(JAVA_LONG, 24, count);
        return messageHeader;
    }

    static MemorySegment ioVectors(Arena arena, int count) {
        return arena.allocate((long) count * IO_VECTOR, 8);
    }

    static void setIoVector(MemorySegment vectors, int index, MemorySegment base, long length) {
        vectors.set(ADDRESS, (long) index * IO_VECTOR, base);
        vectors.set(JAVA_LONG, (long) index * IO_VECTOR + 8, length);
    }

    static void shutdownOutput(Descriptor socket) throws IOException {
        call(socket, "shutdown", (fd, errno) -> (int) SHUTDOWN.invokeExact(errno, fd, SHUT_WR));
    }

    static void setConnectTimeout(Descriptor socket, Address address, Duration timeout) throws IOException {
        if (address instanceof Address.Vsock) {
            setTimeout(socket, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, timeout);
        } else {
            // A unix connect waits only for a full backlog, and then as long as a send may.
            setTimeout(socket, SOL_SOCKET, SO_SNDTIMEO, timeout);
        }
    }

    static void setReadTimeout(Descriptor socket, Duration timeout) throws IOException {
        setTimeout(socket, SOL_SOCKET, SO_RCVTIMEO, timeout);
    }

    static void setWriteTimeout(Descriptor socket, Duration timeout) throws IOException {
        setTimeout(socket, SOL_SOCKET, SO_SNDTIMEO, timeout);
    }

    /** The kernel doubles what it is given, and bounds it by net.core.wmem_max and rmem_max. */
    static void setBuffers(Descriptor socket, int bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, bytes);
            for (int option : new int[] {SO_SNDBUF, SO_RCVBUF}) {
                call(socket, "setsockopt", (fd, errno) ->
                        (int) SETSOCKOPT.invokeExact(errno, fd, SOL_SOCKET, option, value, 4));
            }
        }
    }

    private static void setTimeout(Descriptor socket, int level, int option, Duration timeout) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(16, 8);
            value.set(JAVA_LONG, 0, timeout.toSeconds());
            value.set(JAVA_LONG, 8, timeout.toNanosPart() / 1000);
            call(socket, "setsockopt", (fd, errno) ->
                    (int) SETSOCKOPT.invokeExact(errno, fd, level, option, value, 16));
        }
    }

    /** Ends the calls that other threads have under way on a connected socket. */
    static void wake(int fd) {
        try {
            int _ = (int) SHUTDOWN.invokeExact(Libc.errnoBuffer(), fd, SHUT_RDWR);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(Libc.errnoBuffer(), fd);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    private static MemorySegment encode(Arena arena, Address address) {
        return switch (address) {
            case Address.Vsock vsock -> {
                MemorySegment name = arena.allocate(16, 4);
                name.set(JAVA_SHORT, 0, (short) AF_VSOCK);
                name.set(JAVA_INT, 4, vsock.port());
                name.set(JAVA_INT, 8, vsock.cid());
                yield name;
            }
            case Address.Unix unix -> {
                byte[] path = unix.path().toString().getBytes(StandardCharsets.UTF_8);
                MemorySegment name = arena.allocate(3L + Math.min(path.length, Address.MAX_UNIX_PATH), 2);
                name.set(JAVA_SHORT, 0, (short) AF_UNIX);
                MemorySegment.copy(path, 0, name, JAVA_BYTE, 2, (int) name.byteSize() - 3);
                yield name;
            }
        };
    }

    private interface Create {
        int with(MemorySegment errno) throws Throwable;
    }

    private static Descriptor create(String what, Create create) throws IOException {
        try {
            int fd = create.with(Libc.errnoBuffer());
            if (fd < 0) {
                throw new SystemCallException(what);
            }
            return new Descriptor(fd);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    private static long call(Descriptor descriptor, String what, Call call) throws IOException {
        int fd = descriptor.acquire();
        try {
            long result;
            do {
                result = call.on(fd, Libc.errnoBuffer());
            } while (result < 0 && Libc.errno() == Libc.EINTR);
            if (result < 0) {
                throw failure(what);
            }
            if (descriptor.isClosed()) {
                throw new ClosedChannelException();
            }
            return result;
        } catch (IOException e) {
            throw descriptor.isClosed() ? new ClosedChannelException() : e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        } finally {
            descriptor.release();
        }
    }

    private static IOException failure(String what) {
        return Libc.errno() == Libc.EAGAIN
                ? new SocketTimeoutException(what + ": the peer did not answer in time")
                : new SystemCallException(what);
    }
}
