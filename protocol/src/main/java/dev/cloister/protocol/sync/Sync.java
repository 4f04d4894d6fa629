package dev.cloister.protocol.sync;

/** Limits of the file service's protocol; both sides rely on them. */
public final class Sync {
    /** Version spoken here. */
    public static final int VERSION = 1;
    /** Most file data in one message, in bytes. */
    public static final int MAX_DATA = 1 << 20;
    /** Most bytes of one page of a directory listing. */
    public static final int MAX_LISTING = 64 << 10;
    /** Longest frame body: file data and the fields before it. */
    public static final int MAX_BODY = MAX_DATA + (16 << 10);
    /** Longest target of a symbolic link, in bytes. */
    public static final int MAX_TARGET = SyncPath.MAX_PATH;

    /** Longest value of an extended attribute, in bytes; the kernel's XATTR_SIZE_MAX. */
    public static final int MAX_VALUE = 64 << 10;
    /** Most names of a file's extended attributes in one answer; with the kernel's XATTR_LIST_MAX there are never more. */
    public static final int MAX_NAMES = 64 << 10;

    private Sync() {}
}
