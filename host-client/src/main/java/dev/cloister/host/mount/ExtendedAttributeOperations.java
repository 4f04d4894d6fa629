package dev.cloister.host.mount;

import dev.cloister.host.remote.FileException;
import dev.cloister.host.remote.RemoteFileSystem;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.AttributeMode;
import dev.cloister.protocol.sync.AttributeName;
import dev.cloister.protocol.sync.SyncPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * libfuse's operations on extended attributes. Those of the class {@code user.} are the enclave's; others, which the
 * kernel asks for on its own, are answered here: there are none.
 */
final class ExtendedAttributeOperations {
    private static final byte[] PREFIX = AttributeName.PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final int XATTR_CREATE = 1;
    private static final int XATTR_REPLACE = 2;

    private final RemoteFileSystem files;

    ExtendedAttributeOperations(RemoteFileSystem files) {
        this.files = files;
    }

    /** Returns the value's length; with a size of 0 that alone is asked for. */
    int get(long path, long name, long target, long size) throws FileException {
        return hand(files.extendedAttribute(file(path, name), attribute(name)), target, size);
    }

    void set(long path, long name, long source, long size, int flags) throws FileException {
        AttributeMode mode = switch (flags) {
            case 0 -> AttributeMode.EITHER;
            case XATTR_CREATE -> AttributeMode.CREATE;
            case XATTR_REPLACE -> AttributeMode.REPLACE;
            default -> throw new FileException(FileException.EINVAL);
        };
        ByteBuffer value = size == 0 ? ByteBuffer.allocate(0) : Native.buffer(source, size);
        files.setExtendedAttribute(file(path, name), attribute(name), mode, value);
    }

    /** Returns the length of all names, each with a NUL at its end; with a size of 0 that alone is asked for. */
    int list(long path, long target, long size) throws FileException {
        int length = 0;
        byte[] list = {};
        for (AttributeName name : files.extendedAttributes(Native.path(path))) {
            byte[] full = name.full();
            list = Arrays.copyOf(list, length + full.length + 1);
            System.arraycopy(full, 0, list, length, full.length);
            length = list.length;
        }
        return hand(list, target, size);
    }

    void remove(long path, long name) throws FileException {
        files.removeExtendedAttribute(file(path, name), attribute(name));
    }

    private static int hand(byte[] value, long target, long size) throws FileException {
        if (size != 0) {
            if (value.length > size) {
                throw new FileException(FileException.ERANGE);
            }
            Native.buffer(target, size).put(value);
        }
        return value.length;
    }

    /** The path, once it is known that the name is of the class that the enclave keeps. */
    private static SyncPath file(long path, long name) throws FileException {
        if (!isOfUser(Native.string(name))) {
            throw new FileException(FileException.EOPNOTSUPP);
        }
        return Native.path(path);
    }

    private static boolean isOfUser(byte[] name) {
        return name.length > PREFIX.length && Arrays.equals(name, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    private static AttributeName attribute(long name) throws FileException {
        byte[] full = Native.string(name);
        try {
            return AttributeName.of(Arrays.copyOfRange(full, PREFIX.length, full.length));
        } catch (ProtocolException e) {
            throw new FileException(FileException.ERANGE);
        }
    }
}
