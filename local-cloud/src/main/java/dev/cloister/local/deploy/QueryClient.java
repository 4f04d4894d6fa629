package dev.cloister.local.deploy;

import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.sigv4.CanonicalUri;
import dev.cloister.local.xml.Xml;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Calls CloudFormation's actions as one account, over the query protocol. */
final class QueryClient implements AutoCloseable {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final URI endpoint;
    private final String region;
    private final TemporaryCredentials credentials;
    private final HttpClient http;

    QueryClient(URI endpoint, String region, TemporaryCredentials credentials, TrustManager[] trusted)
            throws IOException {
        this.endpoint = endpoint;
        this.region = region;
        this.credentials = credentials;
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trusted, new SecureRandom());
            this.http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(tls)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up", e);
        }
    }

    /** Performs an action and returns its answer. */
    Document call(String action, Map<String, String> parameters) throws IOException, DeployException {
        String form = "Action=" + action + "&Version=2010-05-15"
                + parameters.entrySet().stream()
                        .map(one -> "&" + CanonicalUri.encode(one.getKey(), false) + "="
                                + CanonicalUri.encode(one.getValue(), false))
                        .collect(Collectors.joining());
        byte[] body = form.getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint.resolve("/")).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        signed(body).headers().forEach((name, values) -> {
            if (!name.equals("Host") && !name.equals("Content-Length")) {
                request.header(name, values.getFirst());
            }
        });
        try {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Document answer = Xml.parse(response.body());
            if (response.statusCode() != 200) {
                throw new DeployException(text(answer, "Code") + ": " + text(answer, "Message"));
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private SdkHttpRequest signed(byte[] body) {
        AwsSessionCredentialsIdentity identity = AwsSessionCredentialsIdentity.create(
                credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken());
        SdkHttpRequest plain = SdkHttpRequest.builder()
                .uri(endpoint.resolve("/"))
                .method(SdkHttpMethod.POST)
                .putHeader("Content-Type", FORM)
                .build();
        return AwsV4HttpSigner.create()
                .sign(request -> request.identity(identity)
                        .request(plain)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "cloudformation")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region))
                .request();
    }

    /** The text of the first element of a name; empty where there is none. */
    static String text(Document document, String element) {
        NodeList found = document.getElementsByTagName(element);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }

    @Override
    public void close() {
        http.close();
    }
}
