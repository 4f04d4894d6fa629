package dev.cloister.image.launch;

import dev.cloister.image.eif.Architecture;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A static program of a few hundred bytes that changes directory and user and then becomes another program. AWS's init
 * starts everything as root in the root directory, and an image need have no shell to do better. What to do is part of
 * the program, so it is measured with it; it reads nothing and trusts no variable. When a step fails it says which on
 * stderr and ends with status 126.
 *
 * @param program what it becomes: a path, relative ones from the directory; arguments are its own from the second on
 * @param directory absolute
 * @param account whose rights are left
 */
public record Launcher(String program, String directory, Account account) {
    private static final int HEADER_SIZE = 64;
    private static final int SEGMENT_SIZE = 56;
    private static final long BASE = 0x400000;

    /** The largest page size of either architecture. */
    private static final int PAGE = 0x10000;

    private static final int EXECUTABLE = 2;
    private static final int LOADED = 1;
    private static final int READ_EXECUTE = 5;
    private static final int ELF_MAGIC = 0x7f454c46;

    /** 64 bits, little-endian, version 1, System V. */
    private static final int IDENTITY = 0x02010100;

    /** The program as an ELF file; the same bytes every time. */
    public byte[] encode(Architecture architecture) {
        Data data = new Data();
        int start = HEADER_SIZE + SEGMENT_SIZE;
        // The first pass learns where the code ends and data begins, which no instruction's length depends on.
        Assembler first = assembler(architecture, 0, 0);
        write(first, data);
        Assembler second = assembler(architecture, first.size(), first.failureAt());
        write(second, data);
        byte[] code = second.bytes();
        byte[] bytes = data.bytes();
        long size = (long) start + code.length + bytes.length;
        return ByteBuffer.allocate((int) size)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(ELF_MAGIC)
                .putInt(IDENTITY)
                .putLong(0)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) EXECUTABLE)
                .putShort((short) second.machine())
                .putInt(1)
                .putLong(BASE + start)
                .putLong(HEADER_SIZE)
                .putLong(0)
                .putInt(0)
                .putShort((short) HEADER_SIZE)
                .putShort((short) SEGMENT_SIZE)
                .putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(LOADED)
                .putInt(READ_EXECUTE)
                .putLong(0)
                .putLong(BASE)
                .putLong(BASE)
                .putLong(size)
                .putLong(size)
                .putLong(PAGE)
                .put(code)
                .put(bytes)
                .array();
    }

    private static Assembler assembler(Architecture architecture, int dataAt, int failureAt) {
        return switch (architecture) {
            case X86_64 -> new X86Assembler(dataAt, failureAt);
            case AARCH64 -> new ArmAssembler(dataAt, failureAt);
        };
    }

    private void write(Assembler code, Data data) {
        step(code, data, "change to the working directory");
        code.address(0, data.text(directory + "\0"));
        code.call(Assembler.Call.CHDIR);
        step(code, data, "set the groups");
        code.number(0, account.groups().size());
        code.address(1, data.numbers(account.groups()));
        code.call(Assembler.Call.SETGROUPS);
        step(code, data, "set the group");
        code.number(0, account.gid());
        code.call(Assembler.Call.SETGID);
        step(code, data, "set the user");
        code.number(0, account.uid());
        code.call(Assembler.Call.SETUID);
        step(code, data, "start the program");
        code.address(0, data.text(program + "\0"));
        code.execute();
        code.fail();
    }

    private static void step(Assembler code, Data data, String step) {
        String message = "cloister: error: cannot " + step + "\n";
        code.message(data.text(message), message.length());
    }

    /** Texts and numbers that the code refers to, each once. */
    private static final class Data {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final Map<String, Integer> places = new LinkedHashMap<>();

        int text(String text) {
            return place(text, text.getBytes(StandardCharsets.UTF_8));
        }

        int numbers(Iterable<Integer> numbers) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * 1024).order(ByteOrder.LITTLE_ENDIAN);
            numbers.forEach(bytes::putInt);
            return place("numbers " + numbers, Arrays.copyOf(bytes.array(), bytes.position()));
        }

        private int place(String key, byte[] bytes) {
            return places.computeIfAbsent(key, absent -> {
                int at = out.size();
                out.writeBytes(bytes);
                // Both processors read aligned numbers best, and the kernel copies them from anywhere.
                out.writeBytes(new byte[-out.size() & 3]);
                return at;
            });
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
