package dev.cloister.protocol.channel;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a service listens: {@code vsock:<cid>:<port>} or {@code unix:<path>}. Every command understands both
 * spellings.
 */
public sealed interface Address {
    /** Port of the file service inside the enclave. */
    int SYNC_PORT = 5000;
    /** Port of the run service inside the enclave. */
    int RUN_PORT = 6000;
    /** Port on the parent instance that {@code cloister proxy} forwards to KMS. */
    int KMS_PORT = 8001;
    /** Port on the parent instance where a starting enclave's init reports. */
    int HEARTBEAT_PORT = 9000;

    /** The parent instance as an enclave sees it. */
    int PARENT_CID = 3;
    /** Binds on every CID of this machine. */
    int ANY_CID = -1;

    /** Longest path of a unix socket, in bytes; {@code sun_path} holds 108 with its NUL. */
    int MAX_UNIX_PATH = 107;

    /**
     * An AF_VSOCK address.
     *
     * @param cid context id, unsigned; {@link #ANY_CID} to bind on all
     * @param port unsigned
     */
    record Vsock(int cid, int port) implements Address {
        @Override
        public String toString() {
            return "vsock:" + (cid == ANY_CID ? "any" : Integer.toUnsignedString(cid)) + ":"
                    + Integer.toUnsignedString(port);
        }
    }

    /** The path of a unix stream socket. */
    record Unix(Path path) implements Address {
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * Reads either spelling.
     *
     * @throws IllegalArgumentException with a message fit for the user
     */
    static Address parse(String text) {
        if (text.startsWith("unix:")) {
            String path = text.substring("unix:".length());
            if (path.isEmpty() || path.getBytes(StandardCharsets.UTF_8).length > MAX_UNIX_PATH) {
                throw new IllegalArgumentException(
                        "the path in '" + text + "' must have 1 to " + MAX_UNIX_PATH + " bytes");
            }
            return new Unix(Path.of(path));
        }
        String[] parts = text.split(":", -1);
        if (parts.length != 3 || !parts[0].equals("vsock")) {
            throw new IllegalArgumentException("'" + text + "' is neither vsock:<cid>:<port> nor unix:<path>");
        }
        try {
            int cid = parts[1].equals("any") ? ANY_CID : Integer.parseUnsignedInt(parts[1]);
            return new Vsock(cid, Integer.parseUnsignedInt(parts[2]));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the numbers in '" + text + "' must be unsigned 32-bit", e);
        }
    }
}
