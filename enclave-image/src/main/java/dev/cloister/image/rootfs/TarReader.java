package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an uncompressed tar archive (ustar, GNU long names, pax) without its files' data, which is only located. Names
 * keep their raw bytes, which is why this is not a library's reader: those decode them.
 */
final class TarReader {
    private static final int BLOCK = 512;

    /** Of one pax header or GNU long name. */
    private static final int MAX_EXTENSION = 1 << 20;

    private final FileRegion archive;
    private long next;
    private Map<String, String> pax = new HashMap<>();

    TarReader(FileRegion archive) {
        this.archive = archive;
    }

    /** The next entry, or null at the end. */
    @Nullable
    TarEntry next() throws IOException, FormatException {
        pax = new HashMap<>();
        while (true) {
            String block = block();
            if (block.chars().allMatch(c -> c == 0)) {
                return null;
            }
            checkSum(block);
            char type = block.charAt(156);
            switch (type) {
                case 'x' -> readPax(extension(block));
                case 'g' -> skipGlobal(extension(block));
                case 'L' -> pax.putIfAbsent("path", untilNul(extension(block)));
                case 'K' -> pax.putIfAbsent("linkpath", untilNul(extension(block)));
                default -> {
                    return entry(block, type == '\0' || type == '7' ? '0' : type);
                }
            }
        }
    }

    private TarEntry entry(String block, char type) throws FormatException {
        String name = pax.getOrDefault("path", ustarName(block));
        demand(type >= '0' && type <= '6', "entry type '" + type + "' of '" + printable(name) + "'");
        long size = pax.containsKey("size") ? decimal("size") : number(block, 124, 12);
        FileRegion data = archive.slice(next, type == '0' ? take(size) : 0);
        List<String> attributes = pax.keySet().stream()
                .filter(key -> key.contains(".xattr.") || key.contains(".acl.") || key.startsWith("RHT."))
                .sorted()
                .toList();
        return new TarEntry(
                name,
                type,
                (int) number(block, 100, 8) & 07777,
                id(pax.containsKey("uid") ? decimal("uid") : number(block, 108, 8)),
                id(pax.containsKey("gid") ? decimal("gid") : number(block, 116, 8)),
                pax.getOrDefault("linkpath", untilNul(block.substring(157, 257))),
                data,
                attributes);
    }

    /** Moves past data, and says how long it is. */
    private long take(long size) throws FormatException {
        demand(size <= archive.size() - next, "cut off inside an entry");
        next = Math.min(archive.size(), (next + size + BLOCK - 1) & -BLOCK);
        return size;
    }

    private String block() throws IOException, FormatException {
        demand(archive.size() - next >= BLOCK, "cut off before its end mark");
        byte[] block = new byte[BLOCK];
        archive.read(next, block, BLOCK);
        next += BLOCK;
        return ImagePath.latin1(block);
    }

    private String extension(String block) throws IOException, FormatException {
        long size = number(block, 124, 12);
        demand(size <= MAX_EXTENSION, "a header of " + size + " bytes");
        FileRegion region = archive.slice(Math.min(next, archive.size()), 0);
        take(size);
        return ImagePath.latin1(new FileRegion(region.channel(), region.offset(), size).readAll(MAX_EXTENSION));
    }

    private static String ustarName(String block) {
        String name = untilNul(block.substring(0, 100));
        // GNU archives have other things where POSIX ones have the prefix.
        String prefix = block.startsWith("ustar\0", 257) ? untilNul(block.substring(345, 500)) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private void readPax(String records) throws FormatException {
        pax.putAll(parsePax(records));
        for (String key : pax.keySet()) {
            demand(!key.startsWith("GNU.sparse."), "a sparse file; write it without --sparse");
        }
    }

    private static void skipGlobal(String records) throws FormatException {
        for (String key : List.of("path", "linkpath", "size", "uid", "gid")) {
            demand(!parsePax(records).containsKey(key), "a global header that sets " + key);
        }
    }

    private static Map<String, String> parsePax(String records) throws FormatException {
        Map<String, String> parsed = new HashMap<>();
        for (int at = 0; at < records.length(); ) {
            int space = records.indexOf(' ', at);
            demand(space > at && space - at <= 7, "a pax record without length");
            String length = records.substring(at, space);
            demand(length.matches("[0-9]+"), "a pax record without length");
            int end = at + Integer.parseInt(length);
            int equals = records.indexOf('=', space);
            demand(
                    end > at
                            && end <= records.length()
                            && equals > space
                            && equals < end
                            && records.charAt(end - 1) == '\n',
                    "a pax record that does not end where it says");
            parsed.put(records.substring(space + 1, equals), records.substring(equals + 1, end - 1));
            at = end;
        }
        return parsed;
    }

    private long decimal(String key) throws FormatException {
        String value = pax.getOrDefault(key, "");
        demand(value.matches("[0-9]{1,15}"), "the pax record " + key);
        return Long.parseLong(value);
    }

    private static int id(long id) throws FormatException {
        demand(id <= Integer.MAX_VALUE, "owner " + id);
        return (int) id;
    }

    /** A number in octal, or in base 256 when its first bit is set. */
    private static long number(String block, int from, int length) throws FormatException {
        String field = block.substring(from, from + length);
        if (field.charAt(0) == 0x80) {
            long value = 0;
            for (char c : field.substring(1).toCharArray()) {
                demand(value < 1L << 48, "a number that is too large");
                value = value << 8 | c;
            }
            return value;
        }
        String digits = untilNul(field).strip();
        demand(digits.matches("[0-7]*"), "a header field that is not a number");
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static void checkSum(String block) throws FormatException {
        int sum = 8 * ' ';
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? 0 : block.charAt(i);
        }
        String stored = untilNul(block.substring(148, 156)).strip();
        boolean isRight = stored.matches("[0-7]+") && sum == Integer.parseInt(stored, 8);
        demand(isRight, "no tar archive, or a header whose checksum is wrong");
    }

    private static String untilNul(String field) {
        int nul = field.indexOf('\0');
        return nul < 0 ? field : field.substring(0, nul);
    }

    private static String printable(String name) {
        return name.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static void demand(boolean holds, String fault) throws FormatException {
        if (!holds) {
            throw new FormatException("tar: " + fault);
        }
    }
}
