package dev.cloister.enclave.posix;

/** Flags of {@code open(2)}. Two of them differ between the architectures, and they are the ones that guard. */
public final class OpenFlag {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int READ_WRITE = 2;
    public static final int CREATE = 0x40;
    public static final int EXCLUSIVE = 0x80;
    public static final int APPEND = 0x400;

    static final int NO_CONTROLLING_TERMINAL = 0x100;
    static final int NON_BLOCKING = 0x800;
    static final int CLOSE_ON_EXEC = 0x80000;
    static final int PATH = 0x200000;
    static final int DIRECTORY = forArchitecture(System.getProperty("os.arch"), 0x10000, 0x4000);
    static final int NO_FOLLOW = forArchitecture(System.getProperty("os.arch"), 0x20000, 0x8000);

    private OpenFlag() {}

    /** From {@code asm-generic/fcntl.h} for x86_64 and {@code arch/arm64/include/uapi/asm/fcntl.h}. */
    static int forArchitecture(String architecture, int onX86, int onArm) {
        return switch (architecture) {
            case "amd64" -> onX86;
            case "aarch64" -> onArm;
            default ->
                throw new IllegalStateException("the file service does not know the architecture " + architecture);
        };
    }
}
