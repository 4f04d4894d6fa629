package dev.cloister.local.enclave;

import dev.cloister.attestation.Bytes;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.Pcr;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.local.nsm.LocalNsm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Makes the security module of an enclave, with the registers that AWS's hypervisor would fill. */
public final class Modules {
    private Modules() {}

    /**
     * A module of an enclave that boots.
     *
     * @param measured registers 0, 1, 2 and 8, from the image's file
     * @param parent registers 3 and 4
     * @param authority signs what it vouches for
     */
    public static LocalNsm of(Measurements measured, ParentInstance parent, LocalAttestationAuthority authority) {
        Map<Integer, Bytes> registers = new TreeMap<>();
        registers.put(0, bytes(measured.pcr0()));
        registers.put(1, bytes(measured.pcr1()));
        registers.put(2, bytes(measured.pcr2()));
        registers.put(3, extended(parent.roleArn()));
        registers.put(4, extended(parent.instanceId()));
        measured.pcr8().ifPresent(pcr -> registers.put(8, bytes(pcr)));
        String id = parent.instanceId() + "-enc" + HexFormat.of().toHexDigits(System.nanoTime());
        return new LocalNsm(id, registers, authority, InstantSource.system(), new SecureRandom());
    }

    private static Bytes bytes(Pcr pcr) {
        return Bytes.copyOf(HexFormat.of().parseHex(pcr.hex()));
    }

    /** A register that was zero, extended once with a text; PCR3 and PCR4 are extended with text, not with its digest. */
    private static Bytes extended(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-384");
            digest.update(new byte[digest.getDigestLength()]);
            return Bytes.copyOf(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-384", e);
        }
    }
}
