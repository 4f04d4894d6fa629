package dev.cloister.enclave.config;

import dev.cloister.enclave.yaml.YamlException;
import dev.cloister.enclave.yaml.YamlMap;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The measured file {@code /etc/cloister/enclave.yaml}. Every key is optional, unknown ones are refused, and without
 * the file the defaults hold: AWS's endpoints, the certificate authorities of the Java runtime.
 *
 * @param logs {@code logs}: most of an application's output that may leave, whatever its owner says
 */
public record Settings(Kms kms, Limits limits, LogPolicy logs) {
    private static final int MAX_HOSTS = 64;
    private static final int MAX_TEXT = 1024;
    private static final int MAX_MIB = 16 << 20;
    private static final String REGION = "{region}";

    /**
     * Where KMS is.
     *
     * @param endpoint {@code kms.endpoint}: an https URI in which {@code {region}} stands for the key's region; empty
     *     for AWS's own
     * @param roots {@code kms.roots}: PEM file of the certificate authorities to believe; empty ({@code system}) for
     *     those of the Java runtime
     * @param region {@code kms.region}: of packages of the AWS sample, which do not tell theirs
     * @param egress {@code egress}: the only hosts that the server connects to; empty for no such list
     */
    public record Kms(Optional<String> endpoint, Optional<Path> roots, Optional<String> region, Set<String> egress) {
        /** The endpoint for a region, or empty for AWS's own. */
        public Optional<URI> endpoint(String keyRegion) {
            return endpoint.map(template -> URI.create(template.replace(REGION, keyRegion)));
        }
    }

    /**
     * How much the enclave takes on; sizes in MiB.
     *
     * @param runs most runs at a time
     * @param syncedMib size of the synced folder; default: half of the memory
     * @param packageMib largest unpacked package; default: a quarter of the memory
     * @param scratchMib size of each of an application's {@code /tmp} and {@code /run}
     */
    public record Limits(int runs, OptionalInt syncedMib, OptionalInt packageMib, int scratchMib) {}

    /** What holds without a file. */
    public static Settings defaults() {
        return new Settings(
                new Kms(Optional.empty(), Optional.empty(), Optional.empty(), Set.of()),
                new Limits(8, OptionalInt.empty(), OptionalInt.empty(), 256),
                LogPolicy.ALL);
    }

    /** Reads the file, if it is there. */
    public static Settings read(Path file) throws ConfigurationException {
        if (!Files.exists(file)) {
            return defaults();
        }
        try {
            return parse(Files.readAllBytes(file));
        } catch (YamlException e) {
            throw new ConfigurationException(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigurationException("cannot read " + file);
        }
    }

    static Settings parse(byte[] content) throws YamlException {
        YamlMap top = YamlMap.parse(content);
        YamlMap kms = top.map("kms");
        YamlMap limits = top.map("limits");
        Limits base = defaults().limits;
        Settings settings = new Settings(
                new Kms(endpoint(kms), roots(kms), region(kms), egress(top)),
                new Limits(
                        limits.integer("runs", 1, 64).orElse(base.runs),
                        limits.integer("synced_mib", 1, MAX_MIB),
                        limits.integer("package_mib", 1, MAX_MIB),
                        limits.integer("scratch_mib", 1, MAX_MIB).orElse(base.scratchMib)),
                LogPolicy.parse(top.string("logs", MAX_TEXT).orElse("all")));
        kms.end();
        limits.end();
        top.end();
        return settings;
    }

    private static Optional<String> endpoint(YamlMap kms) throws YamlException {
        Optional<String> endpoint = kms.string("endpoint", MAX_TEXT);
        if (endpoint.isPresent() && !isHttps(endpoint.get().replace(REGION, "us-east-1"))) {
            throw new YamlException("kms.endpoint is not of the form https://host[:port]");
        }
        return endpoint;
    }

    private static boolean isHttps(String text) {
        try {
            URI uri = URI.create(text);
            boolean bare = uri.getRawPath().isEmpty() && uri.getRawQuery() == null && uri.getRawUserInfo() == null;
            return "https".equals(uri.getScheme()) && uri.getHost() != null && bare && uri.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Optional<Path> roots(YamlMap kms) throws YamlException {
        String roots = kms.string("roots", MAX_TEXT).orElse("system");
        if (roots.equals("system")) {
            return Optional.empty();
        }
        if (!roots.startsWith("/")) {
            throw new YamlException("kms.roots is neither 'system' nor an absolute path");
        }
        return Optional.of(Path.of(roots));
    }

    private static Set<String> egress(YamlMap top) throws YamlException {
        Set<String> hosts = new TreeSet<>(top.texts("egress", MAX_HOSTS, MAX_TEXT));
        for (String host : hosts) {
            if (!host.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
                throw new YamlException("egress holds what is not a host's name in lower case");
            }
        }
        return hosts;
    }

    private static Optional<String> region(YamlMap kms) throws YamlException {
        Optional<String> region = kms.string("region", MAX_TEXT);
        if (region.isPresent() && !region.get().matches("[a-z]{2,16}(-[a-z]{1,16}){1,4}-[0-9]{1,2}")) {
            throw new YamlException("kms.region is not the name of a region");
        }
        return region;
    }
}
