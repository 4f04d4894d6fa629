package dev.cloister.enclave.sandbox;

import dev.cloister.enclave.kernel.Architecture;

/**
 * System calls that the filter has a rule for, with their numbers on both machines; {@link #NONE} where the machine has
 * no such call. From Linux's {@code asm/unistd_64.h} and {@code asm-generic/unistd.h}, 6.1.
 */
enum SystemCall {
    // Calls allowed or denied by an argument.
    SOCKET(41, 198),
    SOCKETPAIR(53, 199),
    CLONE(56, 220),
    IOCTL(16, 29),
    PERSONALITY(135, 92),

    // Its flags lie in memory, where a filter cannot look; the C library falls back to clone.
    CLONE3(435, 435),

    // Symbolic links: none may exist in the synced folder.
    SYMLINK(88, -1),
    SYMLINKAT(266, 36),
    // Would do all of this out of the filter's sight.
    IO_URING_SETUP(425, 425),
    IO_URING_ENTER(426, 426),
    IO_URING_REGISTER(427, 427),

    // Other processes' memory and descriptors.
    PTRACE(101, 117),
    PROCESS_VM_READV(310, 270),
    PROCESS_VM_WRITEV(311, 271),
    KCMP(312, 272),
    PIDFD_GETFD(438, 438),

    // Namespaces and mounts.
    UNSHARE(272, 97),
    SETNS(308, 268),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    FSPICK(433, 433),
    MOUNT_SETATTR(442, 442),
    PIVOT_ROOT(155, 41),
    CHROOT(161, 51),
    NAME_TO_HANDLE_AT(303, 264),
    OPEN_BY_HANDLE_AT(304, 265),
    FANOTIFY_INIT(300, 262),

    // Key rings are not divided by namespaces.
    ADD_KEY(248, 217),
    REQUEST_KEY(249, 218),
    KEYCTL(250, 219),

    // Large surfaces of the kernel that no application needs.
    BPF(321, 280),
    PERF_EVENT_OPEN(298, 241),
    USERFAULTFD(323, 282),
    MODIFY_LDT(154, -1),
    USELIB(134, -1),
    SYSFS(139, -1),
    USTAT(136, -1),
    SYSCTL(156, -1),
    VSERVER(236, -1),
    NFSSERVCTL(180, 42),
    LOOKUP_DCOOKIE(212, 18),

    // Administration of the machine.
    QUOTACTL(179, 60),
    QUOTACTL_FD(443, 443),
    ACCT(163, 89),
    SWAPON(167, 224),
    SWAPOFF(168, 225),
    REBOOT(169, 142),
    KEXEC_LOAD(246, 104),
    KEXEC_FILE_LOAD(320, 294),
    INIT_MODULE(175, 105),
    FINIT_MODULE(313, 273),
    DELETE_MODULE(176, 106),
    CREATE_MODULE(174, -1),
    QUERY_MODULE(178, -1),
    GET_KERNEL_SYMS(177, -1),
    SYSLOG(103, 116),
    VHANGUP(153, 58),
    IOPL(172, -1),
    IOPERM(173, -1),
    SETTIMEOFDAY(164, 170),
    CLOCK_SETTIME(227, 112),
    SETHOSTNAME(170, 161),
    SETDOMAINNAME(171, 162);

    static final int NONE = -1;

    private final int x86;
    private final int arm;

    SystemCall(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    int number(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }
}
