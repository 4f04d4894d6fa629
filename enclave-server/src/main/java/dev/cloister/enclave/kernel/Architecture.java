package dev.cloister.enclave.kernel;

/** The two machines that enclaves run on. */
public enum Architecture {
    X86_64,
    AARCH64;

    /** That of this machine. */
    public static Architecture current() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> throw new IllegalStateException("no enclave runs on " + name);
        };
    }
}
