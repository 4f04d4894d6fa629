package dev.cloister.protocol.channel;

import java.nio.file.Path;

/**
 * Where one enclave and its parent instance find each other's ports: {@code vsock:<cid>} for the kernel's AF_VSOCK, or
 * {@code unix:<folder>} for a folder in which a unix socket stands for each port. A local enclave, which has no
 * hypervisor, is given such a folder.
 */
public sealed interface EnclaveAddress {
    /** A port of the enclave. */
    Address enclavePort(int port);

    /** A port of the parent instance. */
    Address parentPort(int port);

    /**
     * AF_VSOCK.
     *
     * @param cid of the enclave; {@link Address#ANY_CID} inside the enclave itself
     */
    record Kernel(int cid) implements EnclaveAddress {
        @Override
        public Address enclavePort(int port) {
            return new Address.Vsock(cid, port);
        }

        @Override
        public Address parentPort(int port) {
            return new Address.Vsock(Address.PARENT_CID, port);
        }

        @Override
        public String toString() {
            return "vsock:" + (cid == Address.ANY_CID ? "any" : Integer.toUnsignedString(cid));
        }
    }

    /** A folder of unix sockets, of one enclave. */
    record Folder(Path folder) implements EnclaveAddress {
        @Override
        public Address enclavePort(int port) {
            return new Address.Unix(folder.resolve("enclave-" + port + ".sock"));
        }

        @Override
        public Address parentPort(int port) {
            return new Address.Unix(folder.resolve("parent-" + port + ".sock"));
        }

        @Override
        public String toString() {
            return "unix:" + folder;
        }
    }

    /**
     * Reads either spelling; {@code vsock:any} is the enclave's own view of itself.
     *
     * @throws IllegalArgumentException with a message fit for the user
     */
    static EnclaveAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return new Folder(Path.of(text.substring("unix:".length())));
        }
        if (text.startsWith("vsock:")
                && Address.parse(text + ":0") instanceof Address.Vsock(int cid, int port)
                && port == 0) {
            return new Kernel(cid);
        }
        throw new IllegalArgumentException("'" + text + "' is neither vsock:<cid> nor unix:<folder>");
    }
}
