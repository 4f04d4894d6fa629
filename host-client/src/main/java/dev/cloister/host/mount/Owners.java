package dev.cloister.host.mount;

import dev.cloister.host.remote.FileException;
import dev.cloister.host.remote.RemoteFileSystem;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SyncPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose the files of the enclave look like. The user that the enclave's file service runs as, and who mounts, change
 * places: what is the service's own is the mounter's own here, and the other way round, so that no two users become
 * one. Groups likewise. So a tool that gives its files to whoever runs it, as tar and cp do for root, asks for what the
 * service can do.
 */
record Owners(int serviceUid, int serviceGid, int ownUid, int ownGid) {
    private static final Path SELF = Path.of("/proc/self");

    /**
     * Of the synced folder, which belongs to the service, and of this process.
     *
     * @throws FileException when the folder cannot be asked
     * @throws IOException when {@code /proc} cannot be read
     */
    static Owners of(RemoteFileSystem files) throws FileException, IOException {
        FileAttributes root = files.attributes(SyncPath.ROOT);
        return new Owners(root.uid(), root.gid(), (int) Files.getAttribute(SELF, "unix:uid"), (int)
                Files.getAttribute(SELF, "unix:gid"));
    }

    /** As they are shown on this machine. */
    FileAttributes shown(FileAttributes attributes) {
        return new FileAttributes(
                attributes.kind(),
                attributes.permissions(),
                attributes.size(),
                attributes.blocks(),
                attributes.links(),
                swap(attributes.uid(), serviceUid, ownUid),
                swap(attributes.gid(), serviceGid, ownGid),
                attributes.inode(),
                attributes.accessed(),
                attributes.modified(),
                attributes.changed());
    }

    /** The user that the enclave is asked for; nothing for the -1 that says to leave it. */
    Optional<Integer> uid(int uid) {
        return uid == -1 ? Optional.empty() : Optional.of(swap(uid, serviceUid, ownUid));
    }

    /** The same for a group. */
    Optional<Integer> gid(int gid) {
        return gid == -1 ? Optional.empty() : Optional.of(swap(gid, serviceGid, ownGid));
    }

    private static int swap(int id, int one, int other) {
        if (id == one) {
            return other;
        }
        return id == other ? one : id;
    }
}
