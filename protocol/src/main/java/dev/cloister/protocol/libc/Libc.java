package dev.cloister.protocol.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Binds functions of the C library. A bound function takes {@link #errnoBuffer()} as its first argument and leaves
 * {@code errno} there.
 *
 * <p>Only for calls that the JDK does not offer: AF_VSOCK sockets, descriptor-relative file access, devices. The
 * constants beside the callers are those of Linux on x86_64 and aarch64, which agree.
 */
public final class Libc {
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> ERRNO_BUFFER =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ERRNO_LAYOUT));

    /** Bound when first needed, which is on failure. */
    private static final class Words {
        static final MethodHandle STRERROR = LINKER.downcallHandle(
                SYMBOLS.findOrThrow("strerror"), FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    private Libc() {}

    /** Binds a function with a fixed number of arguments. */
    public static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                SYMBOLS.findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /** Binds a function such as {@code ioctl} whose arguments from {@code firstVariadic} on (0-based) are variadic. */
    public static MethodHandle bindVariadic(
            String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                SYMBOLS.findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    /** Where this thread's calls leave {@code errno}. */
    public static MemorySegment errnoBuffer() {
        return ERRNO_BUFFER.get();
    }

    /** The {@code errno} of this thread's last call that failed. */
    public static int errno() {
        return (int) ERRNO.get(ERRNO_BUFFER.get(), 0L);
    }

    /** The C library's words for an {@code errno}, in lower case. */
    public static String describe(int errno) {
        try {
            MemorySegment text = (MemorySegment) Words.STRERROR.invokeExact(errno);
            String words = text.reinterpret(256).getString(0);
            return Character.toLowerCase(words.charAt(0)) + words.substring(1);
        } catch (Throwable e) {
            throw unreachable(e);
        }
    }

    /** For the {@code catch (Throwable)} that {@link MethodHandle} forces on its callers: a C function throws nothing. */
    public static AssertionError unreachable(Throwable thrown) {
        return new AssertionError("a call to the C library threw", thrown);
    }
}
