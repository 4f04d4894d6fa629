package dev.cloister.image.launch;

/** Instructions of aarch64. The message is kept in x19 and w20, which no system call changes. */
final class ArmAssembler extends Assembler {
    private static final int KEPT_ADDRESS = 19;
    private static final int KEPT_LENGTH = 20;
    private static final int CALL_NUMBER = 8;

    ArmAssembler(int dataAt, int failureAt) {
        super(dataAt, failureAt);
    }

    @Override
    int machine() {
        return 183;
    }

    @Override
    void message(int data, int length) {
        loadAddress(KEPT_ADDRESS, data);
        move(KEPT_LENGTH, length);
    }

    @Override
    void number(int argument, int value) {
        move(argument, value);
    }

    @Override
    void address(int argument, int data) {
        loadAddress(argument, data);
    }

    @Override
    void call(Call call) {
        enter(call);
        // cbnz x0, failure
        emitWord(0xb5000000 | (toFailure(size()) >> 2 & 0x7ffff) << 5);
    }

    @Override
    void execute() {
        // add x1, sp, #16; ldr x9, [sp]; add x2, x1, x9, lsl #3
        emitWord(0x910043e1);
        emitWord(0xf94003e9);
        emitWord(0x8b090c22);
        enter(Call.EXECVE);
    }

    @Override
    void writeFailure() {
        move(0, 2);
        // mov x1, x19; mov w2, w20
        emitWord(0xaa1303e1);
        emitWord(0x2a1403e2);
        enter(Call.WRITE);
        move(0, 126);
        enter(Call.EXIT);
    }

    private void enter(Call call) {
        move(CALL_NUMBER, call.arm);
        // svc #0
        emitWord(0xd4000001);
    }

    /** movz, movk: always both, so that the length does not depend on the value. */
    private void move(int register, int value) {
        emitWord(0x52800000 | (value & 0xffff) << 5 | register);
        emitWord(0x72a00000 | (value >>> 16) << 5 | register);
    }

    /** adr: up to a MiB away. */
    private void loadAddress(int register, int data) {
        int distance = toData(data, size());
        emitWord(0x10000000 | (distance & 3) << 29 | (distance >> 2 & 0x7ffff) << 5 | register);
    }
}
