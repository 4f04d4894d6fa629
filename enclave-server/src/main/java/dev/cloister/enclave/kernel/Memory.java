package dev.cloister.enclave.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine's memory, from {@code /proc/meminfo}.
 *
 * @param totalBytes all there is
 * @param availableBytes what can be used without swapping, as the kernel estimates it
 */
public record Memory(long totalBytes, long availableBytes) {
    private static final Path SOURCE = Path.of("/proc/meminfo");

    public static Memory read() throws IOException {
        String text = Files.readString(SOURCE);
        return new Memory(field(text, "MemTotal"), field(text, "MemAvailable"));
    }

    private static long field(String text, String name) throws IOException {
        Matcher matcher = Pattern.compile("^" + name + ": +([0-9]{1,15}) kB$", Pattern.MULTILINE)
                .matcher(text);
        if (!matcher.find()) {
            throw new IOException("no " + name + " in " + SOURCE);
        }
        return Long.parseLong(matcher.group(1)) << 10;
    }
}
