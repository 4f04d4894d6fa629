package dev.cloister.host.proxy;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Where the proxy connects to.
 *
 * @param host name or address, without brackets
 * @param port 1..65535
 */
record Destination(String host, int port) {
    static final int HTTPS = 443;
    /** The variable by which AWS's tools learn of another KMS endpoint. */
    static final String ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL_KMS";

    /**
     * Decides: {@code to}, else the endpoint variable, else the KMS endpoint of a region.
     *
     * @param to {@code HOST:PORT} or null
     * @param region or null for the SDK's default region
     */
    static Destination choose(@Nullable String to, @Nullable String region, Map<String, String> environment)
            throws CommandException {
        if (to != null) {
            return parse("--to", to);
        }
        String endpoint = environment.get(ENDPOINT_VARIABLE);
        if (region == null && endpoint != null && !endpoint.isBlank()) {
            return ofEndpoint(endpoint.strip());
        }
        return ofRegion(region == null ? defaultRegion() : region);
    }

    /** The KMS endpoint of a region, in whatever partition it is. */
    static Destination ofRegion(String region) throws CommandException {
        if (!region.matches("[a-z0-9-]{1,40}")) {
            throw usage("'" + region + "' is not a region", "a region is, for example, eu-central-1");
        }
        String suffix = PartitionMetadata.of(Region.of(region)).dnsSuffix();
        return new Destination("kms." + region + "." + suffix, HTTPS);
    }

    private static String defaultRegion() throws CommandException {
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion().id();
        } catch (SdkException e) {
            throw new CommandException(
                    ExitStatus.FAILED, "no AWS region is set", "pass --region, or set AWS_REGION", e);
        }
    }

    private static Destination ofEndpoint(String url) throws CommandException {
        try {
            URI uri = new URI(url);
            String host = Objects.requireNonNullElse(uri.getHost(), "");
            int port = uri.getPort() != -1 ? uri.getPort() : "http".equals(uri.getScheme()) ? 80 : HTTPS;
            return parse(ENDPOINT_VARIABLE, host + ":" + port);
        } catch (URISyntaxException e) {
            throw usage(ENDPOINT_VARIABLE + " is not a URL: " + url, "such as https://127.0.0.1:8443");
        }
    }

    private static Destination parse(String source, String text) throws CommandException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && !bare.isEmpty() && isPort(port)) {
                return new Destination(bare, port);
            }
        } catch (NumberFormatException notANumber) {
            // Told below.
        }
        throw usage(source + ": '" + text + "' is not HOST:PORT", "for example kms.eu-central-1.amazonaws.com:443");
    }

    static boolean isPort(long port) {
        return port >= 1 && port <= 0xffff;
    }

    private static CommandException usage(String message, String hint) {
        return new CommandException(ExitStatus.USAGE, message, hint);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
