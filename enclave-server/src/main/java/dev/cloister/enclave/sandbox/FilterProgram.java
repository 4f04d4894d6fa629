package dev.cloister.enclave.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Assembles a seccomp filter in classic BPF, rule by rule; the first that matches decides. Arguments are compared by
 * their low 32 bits, which is all that the kernel looks at in those that rules are made for here.
 */
final class FilterProgram {
    /** {@code SECCOMP_RET_*} of {@code linux/seccomp.h}. */
    static final int ALLOW = 0x7fff0000;

    static final int KILL_PROCESS = 0x80000000;
    private static final int ERRNO = 0x00050000;

    /** Offsets in {@code struct seccomp_data}, whose fields are little-endian on both machines. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;

    /** Operations of {@code linux/bpf_common.h}. */
    private static final int LOAD = 0x20;

    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_GREATER_EQUAL = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private final List<Instruction> instructions = new ArrayList<>();

    /** One {@code struct sock_filter}: of the jumps, the first is taken when the condition holds. */
    private record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

    /** What a rule answers with an error number. */
    static int error(int errno) {
        return ERRNO | errno;
    }

    /** Kills who calls by the numbers of another machine, and leaves the call's number loaded. */
    void requireArchitecture(int auditArchitecture) {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(JUMP_EQUAL, 1, 0, auditArchitecture);
        add(RETURN, 0, 0, KILL_PROCESS);
        add(LOAD, 0, 0, NUMBER);
    }

    /** Decides on all calls from this number on. */
    void from(int number, int verdict) {
        add(JUMP_GREATER_EQUAL, 0, 1, number);
        add(RETURN, 0, 0, verdict);
    }

    /** Decides on one call. */
    void call(int number, int verdict) {
        add(JUMP_EQUAL, 0, 1, number);
        add(RETURN, 0, 0, verdict);
    }

    /** Decides on one call: {@code listed} when its argument is among the values, else {@code other}. */
    void callByValue(int number, int argument, int[] values, int listed, int other) {
        add(JUMP_EQUAL, 0, values.length + 3, number);
        add(LOAD, 0, 0, ARGUMENTS + 8 * argument);
        for (int i = 0; i < values.length; i++) {
            add(JUMP_EQUAL, values.length - i, 0, values[i]);
        }
        add(RETURN, 0, 0, other);
        add(RETURN, 0, 0, listed);
    }

    /** Decides on one call: {@code some} when its argument has any of the bits, else {@code none}. */
    void callByBits(int number, int argument, int bits, int some, int none) {
        add(JUMP_EQUAL, 0, 4, number);
        add(LOAD, 0, 0, ARGUMENTS + 8 * argument);
        add(JUMP_ANY_BIT, 1, 0, bits);
        add(RETURN, 0, 0, none);
        add(RETURN, 0, 0, some);
    }

    /** The last rule, for all other calls; returns the program as the kernel takes it. */
    byte[] otherwise(int verdict) {
        add(RETURN, 0, 0, verdict);
        ByteBuffer out = ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : instructions) {
            out.putShort((short) i.code)
                    .put((byte) i.ifTrue)
                    .put((byte) i.ifFalse)
                    .putInt(i.operand);
        }
        return out.array();
    }

    private void add(int code, int ifTrue, int ifFalse, int operand) {
        instructions.add(new Instruction(code, ifTrue, ifFalse, operand));
    }
}
