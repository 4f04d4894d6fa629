package dev.cloister.enclave.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.kernel.Architecture;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The filters under an interpreter, for both machines; under the real kernel they are tried with whole sandboxes. */
final class SystemCallFilterTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int KILL = 0x80000000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050000 | 38;
    private static final int EAFNOSUPPORT = 0x00050000 | 97;

    private static final Set<SystemCall> BY_ARGUMENT = EnumSet.of(
            SystemCall.SOCKET,
            SystemCall.SOCKETPAIR,
            SystemCall.CLONE,
            SystemCall.CLONE3,
            SystemCall.IOCTL,
            SystemCall.PERSONALITY);

    private static int audit(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> 0xC000003E;
            case AARCH64 -> 0xC00000B7;
        };
    }

    private static int decide(SystemCallFilter filter, Architecture machine, SystemCall call, long... arguments) {
        return new FilterMachine(filter.program(machine)).decide(audit(machine), call.number(machine), arguments);
    }

    private static int application(Architecture machine, SystemCall call, long... arguments) {
        return decide(SystemCallFilter.APPLICATION, machine, call, arguments);
    }

    @ParameterizedTest
    @EnumSource
    void ordinaryCalls_areAllowed(Architecture machine) {
        FilterMachine filter = new FilterMachine(SystemCallFilter.APPLICATION.program(machine));
        // read, write, openat, execve, mmap, futex
        int[] calls = switch (machine) {
            case X86_64 -> new int[] {0, 1, 257, 59, 9, 202};
            case AARCH64 -> new int[] {63, 64, 56, 221, 222, 98};
        };
        for (int call : calls) {
            assertThat(filter.decide(audit(machine), call)).isEqualTo(ALLOW);
        }
    }

    @ParameterizedTest
    @EnumSource
    void callsOfAnotherArchitecture_kill(Architecture machine) {
        FilterMachine filter = new FilterMachine(SystemCallFilter.APPLICATION.program(machine));
        for (int other : new int[] {0x40000003, 0, audit(machine) ^ 1}) {
            assertThat(filter.decide(other, 0)).isEqualTo(KILL);
        }
    }

    @Test
    void callsOfX32_kill() {
        FilterMachine filter = new FilterMachine(SystemCallFilter.APPLICATION.program(Architecture.X86_64));
        assertThat(filter.decide(0xC000003E, 0x40000000)).isEqualTo(KILL);
        assertThat(filter.decide(0xC000003E, 0x40000029)).isEqualTo(KILL);
        assertThat(filter.decide(0xC000003E, -1)).isEqualTo(KILL);
    }

    @ParameterizedTest
    @EnumSource
    void socketFamilies_areThoseListed(Architecture machine) {
        for (SystemCall call : new SystemCall[] {SystemCall.SOCKET, SystemCall.SOCKETPAIR}) {
            for (int family = 0; family < 64; family++) {
                boolean listed = family == 1 || family == 2 || family == 10;
                assertThat(application(machine, call, family)).isEqualTo(listed ? ALLOW : EAFNOSUPPORT);
            }
            // The kernel looks at the low half only, so the filter must too.
            assertThat(application(machine, call, 0x1_0000_0028L)).isEqualTo(EAFNOSUPPORT);
            assertThat(decide(SystemCallFilter.FILE_SERVICE, machine, call, 40)).isEqualTo(ALLOW);
            assertThat(decide(SystemCallFilter.FILE_SERVICE, machine, call, 2)).isEqualTo(EAFNOSUPPORT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clone_makesThreadsAndProcessesButNoNamespaces(Architecture machine) {
        assertThat(application(machine, SystemCall.CLONE, 0x3d0f00)).isEqualTo(ALLOW);
        assertThat(application(machine, SystemCall.CLONE, 17)).isEqualTo(ALLOW);
        for (int bit : new int[] {17, 25, 26, 27, 28, 29, 30}) {
            assertThat(application(machine, SystemCall.CLONE, 1L << bit | 17)).isEqualTo(EPERM);
        }
        assertThat(application(machine, SystemCall.CLONE3, 0)).isEqualTo(ENOSYS);
    }

    @ParameterizedTest
    @EnumSource
    void terminalInjection_isDenied(Architecture machine) {
        assertThat(application(machine, SystemCall.IOCTL, 0, 0x5412)).isEqualTo(EPERM);
        assertThat(application(machine, SystemCall.IOCTL, 0, 0xffff_ffff_0000_5412L))
                .isEqualTo(EPERM);
        assertThat(application(machine, SystemCall.IOCTL, 0, 0x541C)).isEqualTo(EPERM);
        assertThat(application(machine, SystemCall.IOCTL, 0, 0x5401)).isEqualTo(ALLOW);
    }

    @ParameterizedTest
    @EnumSource
    void personality_staysPlain(Architecture machine) {
        assertThat(application(machine, SystemCall.PERSONALITY, 0)).isEqualTo(ALLOW);
        assertThat(application(machine, SystemCall.PERSONALITY, 0xffffffffL)).isEqualTo(ALLOW);
        assertThat(application(machine, SystemCall.PERSONALITY, 0x0400000)).isEqualTo(EPERM);
    }

    @ParameterizedTest
    @EnumSource
    void allOtherListedCalls_areDeniedWhateverTheirArguments(Architecture machine) {
        for (SystemCall call : SystemCall.values()) {
            if (!BY_ARGUMENT.contains(call) && call.number(machine) != SystemCall.NONE) {
                assertThat(application(machine, call)).as(call.name()).isEqualTo(EPERM);
                assertThat(application(machine, call, -1, -1, -1))
                        .as(call.name())
                        .isEqualTo(EPERM);
                assertThat(decide(SystemCallFilter.FILE_SERVICE, machine, call)).isEqualTo(EPERM);
            }
        }
    }
}
