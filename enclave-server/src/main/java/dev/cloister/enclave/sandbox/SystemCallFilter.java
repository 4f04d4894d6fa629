package dev.cloister.enclave.sandbox;

import dev.cloister.enclave.kernel.Architecture;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which system calls a sandboxed process may make: all but those listed in {@link SystemCall}. It guarantees what the
 * namespaces cannot: no AF_VSOCK, which no namespace divides, and no symbolic link made. It does not protect against
 * faults of the kernel in the calls that are left.
 */
public enum SystemCallFilter {
    /** For a third party's application. */
    APPLICATION,
    /** For the file service, which listens on AF_VSOCK. */
    FILE_SERVICE;

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int EAFNOSUPPORT = 97;

    private static final int AUDIT_ARCH_X86_64 = 0xC000003E;
    private static final int AUDIT_ARCH_AARCH64 = 0xC00000B7;
    /** From here on x86_64 has the calls of x32 under numbers of their own. */
    private static final int X32_CALLS = 0x40000000;

    /** {@code CLONE_NEW*} of {@code linux/sched.h}, but for NEWTIME, which clone cannot take. */
    private static final int NEW_NAMESPACES =
            0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;

    /** Put characters into a terminal's input, or paste on a virtual console. */
    private static final int[] TERMINAL_INJECTIONS = {0x5412, 0x541C};

    /** Plain Linux, and the question which one holds. */
    private static final int[] PLAIN_PERSONALITIES = {0, -1};

    private static final Set<SystemCall> BY_ARGUMENT = EnumSet.of(
            SystemCall.SOCKET,
            SystemCall.SOCKETPAIR,
            SystemCall.CLONE,
            SystemCall.IOCTL,
            SystemCall.PERSONALITY,
            SystemCall.CLONE3);

    /**
     * Whether the kernel takes these processes first when memory runs out. Applications; the enclave ends with its file
     * service, and with it the synced folder, so no application may bring that about.
     */
    boolean killedFirst() {
        return this == APPLICATION;
    }

    /** The filter as a program of {@code struct sock_filter}. */
    public byte[] program(Architecture architecture) {
        FilterProgram program = new FilterProgram();
        switch (architecture) {
            case X86_64 -> {
                program.requireArchitecture(AUDIT_ARCH_X86_64);
                program.from(X32_CALLS, FilterProgram.KILL_PROCESS);
            }
            case AARCH64 -> program.requireArchitecture(AUDIT_ARCH_AARCH64);
        }
        argumentRules(program, architecture);
        Arrays.stream(SystemCall.values())
                .filter(call -> !BY_ARGUMENT.contains(call))
                .mapToInt(call -> call.number(architecture))
                .filter(number -> number != SystemCall.NONE)
                .forEach(number -> program.call(number, FilterProgram.error(EPERM)));
        return program.otherwise(FilterProgram.ALLOW);
    }

    /** The {@code AF_*} families that sockets may be of: unix, vsock, internet versions 4 and 6. */
    private int[] socketFamilies() {
        return switch (this) {
            case APPLICATION -> new int[] {1, 2, 10};
            case FILE_SERVICE -> new int[] {1, 40};
        };
    }

    private void argumentRules(FilterProgram program, Architecture machine) {
        int denied = FilterProgram.error(EPERM);
        int allowed = FilterProgram.ALLOW;
        int noFamily = FilterProgram.error(EAFNOSUPPORT);
        program.callByValue(SystemCall.SOCKET.number(machine), 0, socketFamilies(), allowed, noFamily);
        program.callByValue(SystemCall.SOCKETPAIR.number(machine), 0, socketFamilies(), allowed, noFamily);
        program.callByBits(SystemCall.CLONE.number(machine), 0, NEW_NAMESPACES, denied, allowed);
        program.call(SystemCall.CLONE3.number(machine), FilterProgram.error(ENOSYS));
        program.callByValue(SystemCall.IOCTL.number(machine), 1, TERMINAL_INJECTIONS, denied, allowed);
        program.callByValue(SystemCall.PERSONALITY.number(machine), 0, PLAIN_PERSONALITIES, allowed, denied);
    }
}
