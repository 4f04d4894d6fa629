package dev.cloister.image.launch;

/** Instructions of x86_64. The message is kept in r12 and r13, which no system call changes. */
final class X86Assembler extends Assembler {
    /** Opcodes of {@code mov edi|esi|edx, imm32}. */
    private static final int[] MOVE = {0xbf, 0xbe, 0xba};

    /** Operands of {@code lea rdi|rsi|rdx, [rip + disp32]}. */
    private static final int[] LOAD = {0x3d, 0x35, 0x15};

    X86Assembler(int dataAt, int failureAt) {
        super(dataAt, failureAt);
    }

    @Override
    int machine() {
        return 62;
    }

    @Override
    void message(int data, int length) {
        // lea r12, [rip + data]; mov r13d, length
        emit(0x4c, 0x8d, 0x25);
        emitWord(toData(data, size() + 4));
        emit(0x41, 0xbd);
        emitWord(length);
    }

    @Override
    void number(int argument, int value) {
        emit(MOVE[argument]);
        emitWord(value);
    }

    @Override
    void address(int argument, int data) {
        emit(0x48, 0x8d, LOAD[argument]);
        emitWord(toData(data, size() + 4));
    }

    @Override
    void call(Call call) {
        enter(call);
        // test eax, eax; jnz failure
        emit(0x85, 0xc0, 0x0f, 0x85);
        emitWord(toFailure(size() + 4));
    }

    @Override
    void execute() {
        // lea rsi, [rsp + 16]; mov rdx, [rsp]; lea rdx, [rsp + 8 * rdx + 16]
        emit(0x48, 0x8d, 0x74, 0x24, 0x10, 0x48, 0x8b, 0x14, 0x24, 0x48, 0x8d, 0x54, 0xd4, 0x10);
        enter(Call.EXECVE);
    }

    @Override
    void writeFailure() {
        number(0, 2);
        // mov rsi, r12; mov edx, r13d
        emit(0x4c, 0x89, 0xe6, 0x44, 0x89, 0xea);
        enter(Call.WRITE);
        number(0, 126);
        enter(Call.EXIT);
    }

    private void enter(Call call) {
        // mov eax, number; syscall
        emit(0xb8);
        emitWord(call.x86);
        emit(0x0f, 0x05);
    }
}
