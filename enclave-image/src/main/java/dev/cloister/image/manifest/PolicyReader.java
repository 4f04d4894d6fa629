package dev.cloister.image.manifest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The manifest's {@code policy}: what the enclave server enforces, checked as the server will check it, so that an image
 * whose server does not start is not built. A key that no server enforces is unknown here too.
 */
final class PolicyReader {
    private static final int MAX_MIB = 16 << 20;
    private static final Set<String> KEYS = Set.of("kms", "limits", "logs", "egress");
    private static final Set<String> KMS = Set.of("endpoint", "roots", "region");
    private static final Set<String> LIMITS = Set.of("runs", "synced_mib", "package_mib", "scratch_mib");
    private static final Set<String> LOGS = Set.of("none", "stdout", "all");

    private PolicyReader() {}

    static Optional<ServerPolicy> read(Keys top) throws ManifestException {
        Optional<Keys> policy = top.keys("policy", KEYS);
        if (policy.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> settings = new TreeMap<>();
        Optional<Keys> kms = policy.get().keys("kms", KMS);
        if (kms.isPresent()) {
            settings.put("kms", kms(kms.get()));
        }
        Optional<Keys> limits = policy.get().keys("limits", LIMITS);
        if (limits.isPresent()) {
            settings.put("limits", limits(limits.get()));
        }
        Optional<String> logs = policy.get().text("logs");
        if (logs.isPresent()) {
            if (!LOGS.contains(logs.get())) {
                throw new ManifestException("'policy.logs' is not none, stdout or all");
            }
            settings.put("logs", logs.get());
        }
        List<String> egress = policy.get().texts("egress");
        for (String host : egress) {
            if (!host.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
                throw new ManifestException("'policy.egress' holds what is not a host's name in lower case");
            }
        }
        if (!egress.isEmpty()) {
            settings.put("egress", egress);
        }
        return Optional.of(new ServerPolicy.OfSettings(settings));
    }

    private static Map<String, Object> kms(Keys kms) throws ManifestException {
        Map<String, Object> settings = new TreeMap<>();
        for (String key : KMS) {
            Optional<String> text = kms.text(key);
            if (text.isPresent()) {
                settings.put(key, text.get());
            }
        }
        return settings;
    }

    private static Map<String, Object> limits(Keys limits) throws ManifestException {
        Map<String, Object> settings = new TreeMap<>();
        for (String key : LIMITS) {
            limits.number(key, 1, key.equals("runs") ? 64 : MAX_MIB).ifPresent(value -> settings.put(key, value));
        }
        return settings;
    }
}
