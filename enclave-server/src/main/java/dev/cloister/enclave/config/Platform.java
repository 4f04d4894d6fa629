package dev.cloister.enclave.config;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.nio.file.Path;
import java.util.Map;

/**
 * How this enclave reaches its parent and its security module, from the environment. Neither choice weakens anything:
 * KMS judges the attestation, and TLS ends in this process.
 *
 * @param address from {@code CLOISTER_VSOCK}: {@code vsock} (the default) or {@code unix:<folder>}
 * @param securityModule from {@code CLOISTER_NSM}: a device ({@code /dev/nsm} by default), {@code unix:<path>}
 *     or {@code vsock:<cid>:<port>}
 */
public record Platform(EnclaveAddress address, SecurityModule securityModule) {
    private static final String UNIX = "unix:";
    private static final String VSOCK = "vsock:";

    /** Where the security module is. */
    public sealed interface SecurityModule {
        /** The kernel's device. */
        record Device(Path path) implements SecurityModule {}

        /** The socket of a local one. */
        record Socket(Address address) implements SecurityModule {}
    }

    /** Reads the environment. */
    public static Platform from(Map<String, String> environment) throws ConfigurationException {
        String vsock = environment.getOrDefault("CLOISTER_VSOCK", "vsock");
        String module = environment.getOrDefault("CLOISTER_NSM", "/dev/nsm");
        return new Platform(address(vsock), module(module));
    }

    private static EnclaveAddress address(String text) throws ConfigurationException {
        if (text.equals("vsock")) {
            return new EnclaveAddress.Kernel(Address.ANY_CID);
        }
        if (text.startsWith(UNIX + "/")) {
            return new EnclaveAddress.Folder(Path.of(text.substring(UNIX.length())));
        }
        throw new ConfigurationException("CLOISTER_VSOCK is neither vsock nor unix:<absolute folder>");
    }

    private static SecurityModule module(String text) throws ConfigurationException {
        if (text.startsWith("/")) {
            return new SecurityModule.Device(Path.of(text));
        }
        try {
            if (text.startsWith(UNIX + "/") || text.startsWith(VSOCK)) {
                return new SecurityModule.Socket(Address.parse(text));
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("CLOISTER_NSM: " + e.getMessage());
        }
        throw new ConfigurationException(
                "CLOISTER_NSM is neither a device nor unix:<absolute path> nor vsock:<cid>:<port>");
    }
}
