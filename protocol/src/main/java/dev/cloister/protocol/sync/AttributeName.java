package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of an extended attribute without its {@code user.}: attributes of other classes have no spelling in the
 * protocol, so none can be asked for. Names are bytes, as in the kernel.
 */
public final class AttributeName {
    /** The class that the protocol carries. */
    public static final String PREFIX = "user.";
    /** Longest name without the prefix, in bytes; the kernel's XATTR_NAME_MAX is 255 with it. */
    public static final int MAX = 250;

    private final byte[] name;

    private AttributeName(byte[] name) {
        this.name = name;
    }

    /**
     * Checks and takes a name.
     *
     * @throws ProtocolException when it is empty, too long, or holds a NUL
     */
    public static AttributeName of(byte[] name) throws ProtocolException {
        if (name.length == 0 || name.length > MAX) {
            throw new ProtocolException("an attribute's name of " + name.length + " bytes");
        }
        for (byte b : name) {
            if (b == 0) {
                throw new ProtocolException("an attribute's name with a NUL byte");
            }
        }
        return new AttributeName(name.clone());
    }

    /** From a name with its prefix that the kernel gave out, which therefore keeps to its limits. */
    public static AttributeName ofKernel(byte[] full) {
        try {
            return of(Arrays.copyOfRange(full, PREFIX.length(), full.length));
        } catch (ProtocolException e) {
            throw new AssertionError("the kernel gave a name that is none", e);
        }
    }

    /** The name with its prefix, as the kernel wants it; a copy. */
    public byte[] full() {
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        byte[] full = Arrays.copyOf(prefix, prefix.length + name.length);
        System.arraycopy(name, 0, full, prefix.length, name.length);
        return full;
    }

    void encode(FieldWriter out) {
        out.bytes(name);
    }

    int encodedSize() {
        return 4 + name.length;
    }

    static AttributeName decode(FieldReader in) throws ProtocolException {
        return of(in.bytes(MAX));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttributeName that && Arrays.equals(name, that.name);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(name);
    }

    /** As text, for messages; bytes that are not UTF-8 are replaced. */
    @Override
    public String toString() {
        return new String(name, StandardCharsets.UTF_8);
    }
}
