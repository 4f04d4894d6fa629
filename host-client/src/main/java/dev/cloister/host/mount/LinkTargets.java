package dev.cloister.host.mount;

import dev.cloister.protocol.sync.SyncPath;

/**
 * Which symbolic links the mount shows. The enclave, and an application in it, decide where a link in the synced folder
 * points; whoever follows one on this machine does so with a user's rights. So a target has to stay in the mount,
 * whatever other links it leads through: relative, and up only at its start, no further than to the mount's top.
 */
final class LinkTargets {
    private static final String UP = "..";

    private LinkTargets() {}

    /** Whether following the link cannot leave the mount. */
    static boolean stayInside(SyncPath link, String target) {
        if (target.isEmpty() || target.startsWith("/") || target.indexOf('\0') >= 0) {
            return false;
        }
        int foldersAbove = link.names().size() - 1;
        boolean isClimbing = true;
        for (String name : target.split("/", -1)) {
            if (!name.equals(UP)) {
                isClimbing &= name.isEmpty() || name.equals(".");
            } else if (!isClimbing || --foldersAbove < 0) {
                return false;
            }
        }
        return true;
    }
}
