package dev.cloister.image.launch;

import java.io.ByteArrayOutputStream;

/** Writes the few instructions that {@link Launcher} is made of, for one processor. */
abstract class Assembler {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final int dataAt;
    private final int knownFailureAt;
    private int failureAt;

    /**
     * Begins at the program's first instruction.
     *
     * @param dataAt where data begins, counted from there; from an earlier pass
     * @param failureAt where {@link #fail} begins; from an earlier pass
     */
    Assembler(int dataAt, int failureAt) {
        this.dataAt = dataAt;
        this.knownFailureAt = failureAt;
    }

    /** System calls, with their numbers on x86_64 and on aarch64. */
    enum Call {
        WRITE(1, 64),
        EXECVE(59, 221),
        EXIT(60, 93),
        CHDIR(80, 49),
        SETUID(105, 146),
        SETGID(106, 144),
        SETGROUPS(116, 159);

        final int x86;
        final int arm;

        Call(int x86, int arm) {
            this.x86 = x86;
            this.arm = arm;
        }
    }

    /** ELF's number of the machine. */
    abstract int machine();

    /** Remembers what to say when the next call fails. */
    abstract void message(int data, int length);

    /** Puts a number into an argument of the next call. */
    abstract void number(int argument, int value);

    /** Puts the place of data into an argument of the next call. */
    abstract void address(int argument, int data);

    /** Calls, and goes to the failure unless it returns 0. */
    abstract void call(Call call);

    /** Becomes another program, with this one's arguments but for the first, and its environment. */
    abstract void execute();

    /** Says the message on stderr and ends with status 126. */
    final void fail() {
        failureAt = size();
        writeFailure();
    }

    abstract void writeFailure();

    /** How far a place in the data is from an instruction at {@code from}. */
    final int toData(int data, int from) {
        return dataAt + data - from;
    }

    final int toFailure(int from) {
        return knownFailureAt - from;
    }

    final void emit(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
    }

    /** 32 bits, little-endian. */
    final void emitWord(int word) {
        emit(word, word >> 8, word >> 16, word >> 24);
    }

    final int size() {
        return out.size();
    }

    final int failureAt() {
        return failureAt;
    }

    final byte[] bytes() {
        return out.toByteArray();
    }
}
