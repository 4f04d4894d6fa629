package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path below the synced root: names joined by single slashes, without a leading one; empty for the root itself. Names
 * are bytes, as in the kernel, and not text. That it holds no {@code .}, {@code ..} or empty name is checked when it
 * is made, so code that holds a SyncPath need not ask.
 */
public final class SyncPath {
    /** Longest name, in bytes; the kernel's NAME_MAX. */
    public static final int MAX_NAME = 255;
    /** Longest path, in bytes; the kernel's PATH_MAX. */
    public static final int MAX_PATH = 4096;
    /** The synced folder itself. */
    public static final SyncPath ROOT = new SyncPath(List.of(), new byte[0]);

    private final List<byte[]> names;
    private final byte[] joined;

    private SyncPath(List<byte[]> names, byte[] joined) {
        this.names = names;
        this.joined = joined;
    }

    /**
     * Checks and takes a path.
     *
     * @throws ProtocolException when it leaves the root, or is not in its only spelling
     */
    public static SyncPath of(byte[] joined) throws ProtocolException {
        if (joined.length > MAX_PATH) {
            throw new ProtocolException("a path of " + joined.length + " bytes");
        }
        if (joined.length == 0) {
            return ROOT;
        }
        List<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= joined.length; i++) {
            if (i == joined.length || joined[i] == '/') {
                byte[] name = Arrays.copyOfRange(joined, start, i);
                checkName(name);
                names.add(name);
                start = i + 1;
            }
        }
        return new SyncPath(List.copyOf(names), joined.clone());
    }

    /** As {@link #of(byte[])}, from text. */
    public static SyncPath of(String joined) throws ProtocolException {
        return of(joined.getBytes(StandardCharsets.UTF_8));
    }

    private static void checkName(byte[] name) throws ProtocolException {
        boolean isDots = name.length <= 2 && new String(name, StandardCharsets.ISO_8859_1).matches("\\.{1,2}");
        if (name.length == 0 || isDots) {
            throw new ProtocolException("a path with an empty, '.' or '..' name");
        }
        if (name.length > MAX_NAME) {
            throw new ProtocolException("a name of " + name.length + " bytes");
        }
        for (byte b : name) {
            if (b == 0) {
                throw new ProtocolException("a name with a NUL byte");
            }
        }
    }

    /** The names from the root down; none for the root itself. The arrays are not to be changed. */
    public List<byte[]> names() {
        return names;
    }

    public boolean isRoot() {
        return names.isEmpty();
    }

    void encode(FieldWriter out) {
        out.bytes(joined);
    }

    int encodedSize() {
        return 4 + joined.length;
    }

    static SyncPath decode(FieldReader in) throws ProtocolException {
        return of(in.bytes(MAX_PATH));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SyncPath path && Arrays.equals(joined, path.joined);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(joined);
    }

    /** The path as text, for messages; bytes that are not UTF-8 are replaced. */
    @Override
    public String toString() {
        return new String(joined, StandardCharsets.UTF_8);
    }
}
