package dev.cloister.image.eif;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The registers that an image boots with.
 *
 * @param pcr0 kernel, command line and every ramdisk; what key policies call {@code ImageSha384}
 * @param pcr1 kernel, command line and the first ramdisk
 * @param pcr2 the ramdisks after the first
 * @param pcr8 the signing certificate, of a signed image
 */
public record Measurements(Pcr pcr0, Pcr pcr1, Pcr pcr2, Optional<Pcr> pcr8) {
    /** In the shape of nitro-cli's {@code Measurements}. */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("HashAlgorithm", "Sha384 { ... }");
        map.put("PCR0", pcr0.hex());
        map.put("PCR1", pcr1.hex());
        map.put("PCR2", pcr2.hex());
        pcr8.ifPresent(pcr -> map.put("PCR8", pcr.hex()));
        return map;
    }
}
