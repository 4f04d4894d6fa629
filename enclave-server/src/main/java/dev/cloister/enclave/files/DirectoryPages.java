package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.DirectoryReader;
import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.FileStatus;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.PosixException;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.DirectoryEntry;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply.Listing;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists an open directory page by page. Cookies are the kernel's own positions, so nothing is kept between pages. While
 * a client asks for pages in order the kernel's position is left where it is, which on old kernels is what keeps
 * entries from being skipped when others are removed meanwhile.
 */
final class DirectoryPages {
    /** Bytes of a page that are not entries, rounded up. */
    private static final int PAGE_FIELDS = 64;
    /** Bytes an entry takes in a page beyond its name: see {@link DirectoryEntry#encodedSize}. */
    private static final int ENTRY_FIELDS = 79;
    /** An entry of {@link DirectoryReader#SMALLEST_ENTRY} native bytes has a name of up to this length. */
    private static final int SMALLEST_NAME = 4;

    private final OpenFile directory;
    private long position;

    DirectoryPages(OpenFile directory) {
        this.directory = directory;
    }

    /**
     * Reads a page.
     *
     * @param cookie 0, or the {@code next} of another page
     */
    synchronized Listing read(long cookie) throws PosixException {
        if (cookie != position || cookie == 0) {
            directory.seek(cookie);
            position = cookie;
        }
        List<DirectoryEntry> entries = new ArrayList<>();
        int room = Sync.MAX_LISTING - PAGE_FIELDS;
        boolean isLast = false;
        while (!isLast && nativeBytes(room) >= DirectoryReader.LARGEST_ENTRY) {
            int before = entries.size();
            isLast = !DirectoryReader.read(directory, nativeBytes(room), (name, next) -> {
                add(name, entries);
                position = next;
            });
            room -= entries.subList(before, entries.size()).stream()
                    .mapToInt(DirectoryEntry::encodedSize)
                    .sum();
        }
        return new Listing(List.copyOf(entries), position, isLast);
    }

    /** How many native bytes may be read so that what they hold fits {@code room} bytes of a page for certain. */
    private static int nativeBytes(int room) {
        return room / (ENTRY_FIELDS + SMALLEST_NAME) * DirectoryReader.SMALLEST_ENTRY;
    }

    private void add(byte[] name, List<DirectoryEntry> entries) throws PosixException {
        if (isDots(name)) {
            return;
        }
        try {
            FileStatus status = directory.status(name);
            entries.add(new DirectoryEntry(SyncPath.of(name), FileKinds.attributes(status)));
        } catch (PosixException e) {
            // Removed since its name was read.
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        } catch (ProtocolException e) {
            throw new AssertionError("the kernel gave a name that is none", e);
        }
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }
}
