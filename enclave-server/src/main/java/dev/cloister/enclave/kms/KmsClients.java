package dev.cloister.enclave.kms;

import dev.cloister.enclave.config.Settings;
import dev.cloister.protocol.channel.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.apache.ProxyConfiguration;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsClientBuilder;

/**
 * A client of KMS for each region, all over one pool of connections that runs share. Nothing of the environment or of
 * a home directory has a say in them; credentials come with each request.
 */
public final class KmsClients implements AutoCloseable {
    /** The bound for a run without KMS. Generous, since the first handshake of a cold and slow enclave takes long. */
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(45);

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(40);
    private static final int ATTEMPTS = 2;
    private static final int MAX_CONNECTIONS = 16;
    /** The region is from a package's header, so from outside; more than these are made anew each time. */
    private static final int KEPT_REGIONS = 8;

    private final Settings.Kms settings;
    private final ForwardedSockets sockets;
    private final SdkHttpClient http;
    private final Map<String, KmsClient> clients = new LinkedHashMap<>();

    /**
     * Opens no connection yet.
     *
     * @param forwarder the parent's port that leads to KMS
     */
    public KmsClients(Settings.Kms settings, Address forwarder) throws IOException, GeneralSecurityException {
        this.settings = settings;
        this.sockets = new ForwardedSockets(forwarder, TrustRoots.of(settings.roots()));
        this.http = ApacheHttpClient.builder()
                .socketFactory(sockets)
                // There is no DNS here, and the address is of no use: the parent's forwarder connects.
                .dnsResolver(this::resolve)
                .proxyConfiguration(ProxyConfiguration.builder()
                        .useSystemPropertyValues(false)
                        .useEnvironmentVariableValues(false)
                        .build())
                .connectionTimeout(ForwardedSockets.CONNECT_TIMEOUT)
                .socketTimeout(ATTEMPT_TIMEOUT)
                .maxConnections(MAX_CONNECTIONS)
                .expectContinueEnabled(false)
                .build();
    }

    /** Every connection to a host that is not known yet asks here, whatever led to it. */
    private InetAddress[] resolve(String host) throws UnknownHostException {
        if (!settings.egress().isEmpty() && !settings.egress().contains(host)) {
            throw new UnknownHostException(host + " is not in the image's egress list");
        }
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    /** How connections are made. */
    ForwardedSockets sockets() {
        return sockets;
    }

    /** The client for a region. */
    synchronized KmsClient in(String region) {
        KmsClient known = clients.get(region);
        if (known != null) {
            return known;
        }
        if (clients.size() >= KEPT_REGIONS) {
            clients.remove(clients.keySet().iterator().next());
        }
        KmsClient made = make(region, http);
        clients.put(region, made);
        return made;
    }

    /** A client over any HTTP client, which stays the caller's to close. */
    KmsClient make(String region, SdkHttpClient transport) {
        ProfileFile none = ProfileFile.aggregator().build();
        KmsClientBuilder builder = KmsClient.builder()
                .region(Region.of(region))
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .httpClient(transport)
                .defaultsMode(DefaultsMode.STANDARD)
                .overrideConfiguration(override -> override.defaultProfileFileSupplier(() -> none)
                        .apiCallTimeout(CALL_TIMEOUT)
                        .apiCallAttemptTimeout(ATTEMPT_TIMEOUT)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build()));
        settings.endpoint(region).ifPresent(builder::endpointOverride);
        return builder.build();
    }

    @Override
    public synchronized void close() {
        clients.clear();
        http.close();
    }
}
