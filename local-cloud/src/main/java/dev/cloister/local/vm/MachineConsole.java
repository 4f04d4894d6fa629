package dev.cloister.local.vm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes down what a machine says on its serial line, and what QEMU says. A guest that talks without end fills neither
 * the disk nor anybody's memory: of its file only the beginning is kept, and of its last words a few lines.
 */
final class MachineConsole {
    private static final long MAX_FILE = 16L << 20;
    private static final int TAIL_BYTES = 4096;
    private static final int TAIL_LINES = 6;
    private static final int MAX_LINE = 200;

    private final Path file;
    private final byte[] tail = new byte[TAIL_BYTES];
    private long total;
    private long changedAt = System.nanoTime();

    MachineConsole(Path file) {
        this.file = file;
    }

    /** Begins to read; further streams are appended. */
    void read(InputStream in) {
        Thread.ofPlatform().daemon().name("machine-console").start(() -> {
            byte[] buffer = new byte[TAIL_BYTES];
            try (in;
                    OutputStream out = Files.newOutputStream(
                            file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (keep(buffer, count)) {
                        out.write(buffer, 0, count);
                    }
                }
            } catch (IOException gone) {
                // With the machine, or the folder.
            }
        });
    }

    private synchronized boolean keep(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            tail[(int) (total++ % TAIL_BYTES)] = bytes[i];
        }
        changedAt = System.nanoTime();
        return total <= MAX_FILE;
    }

    /** Nanoseconds since it last said something. */
    synchronized long silence() {
        return System.nanoTime() - changedAt;
    }

    /** Its last lines, in one, without anything that a terminal would obey. */
    synchronized String end() {
        int length = (int) Math.min(total, TAIL_BYTES);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = tail[(int) ((total - length + i) % TAIL_BYTES)];
        }
        List<String> lines = new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceAll("[^\\x20-\\x7e]", "").strip())
                .filter(line -> !line.isEmpty())
                .map(line -> line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE))
                .toList();
        return lines.isEmpty()
                ? "its console is empty"
                : String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
