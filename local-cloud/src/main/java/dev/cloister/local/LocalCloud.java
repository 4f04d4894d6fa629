package dev.cloister.local;

import dev.cloister.attestation.document.AttestationVerifier;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.AwsFiles;
import dev.cloister.local.account.Endpoints;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.audit.AuditLog;
import dev.cloister.local.cloudformation.CloudFormationService;
import dev.cloister.local.cloudformation.StackStore;
import dev.cloister.local.codebuild.BuildStarter;
import dev.cloister.local.codebuild.Builds;
import dev.cloister.local.codebuild.CodeBuildService;
import dev.cloister.local.codebuild.Projects;
import dev.cloister.local.http.HttpsFront;
import dev.cloister.local.http.Service;
import dev.cloister.local.iam.AssumeRefusedException;
import dev.cloister.local.iam.Roles;
import dev.cloister.local.kms.KmsService;
import dev.cloister.local.kms.recipient.RecipientWrapper;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.s3.S3Front;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.state.PrivateFiles;
import dev.cloister.local.sts.StsService;
import dev.cloister.local.tls.LocalAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * KMS, STS and S3 of two accounts on one machine. Everything that outlives it lies in one directory, which one local
 * cloud at a time may use. It listens on the loopback address only; closing it keeps the directory.
 */
public final class LocalCloud implements AutoCloseable {
    private final StateLayout layout;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final LocalAuthority tlsAuthority;
    private final LocalAttestationAuthority attestationAuthority;
    private final Sessions sessions;
    private final Roles roles;
    private final InstantSource clock;
    private final StackStore stacks;
    private final Endpoints endpoints;
    private final AwsFiles awsFiles;

    private LocalCloud(Path state, LocalCloudOptions options, InstantSource clock) throws IOException {
        this.clock = clock;
        SecureRandom random = new SecureRandom();
        layout = new StateLayout(PrivateFiles.directory(state.toAbsolutePath().normalize()));
        boolean isOpen = false;
        try {
            takeLock();
            tlsAuthority = LocalAuthority.open(layout.tls(), clock.instant(), random);
            attestationAuthority = openAttestationAuthority(clock, random);
            sessions = Sessions.open(
                    layout.sessions(), options.accounts(), clock.instant(), options.credentialLifetime(), random);
            SSLContext tls = tlsAuthority.serverContext(Set.copyOf(options.regions()), clock.instant());
            roles = Roles.open(layout.iam(), options.accounts());
            SigV4Verifier verifier = new SigV4Verifier(sessions, Set.copyOf(options.regions()), clock);
            AuditLog audit = opening(AuditLog.open(layout.audit()));
            KmsService keys = openKms(verifier, audit, clock, random);
            S3Front s3 = opening(S3Front.start(
                    layout.s3(),
                    layout.buckets(),
                    options.s3Port(),
                    tls,
                    new S3Front.Rules(verifier, roles, keys, clock)));
            stacks = StackStore.open(layout.stacks());
            Service cloudFormation = new CloudFormationService(verifier, stacks, keys, s3.buckets(), roles, clock);
            Service queries = queries(new StsService(verifier, sessions, roles, clock), cloudFormation);
            URI kms = serve(options, tls, targets(keys, openCodeBuild(verifier, audit)), queries);
            endpoints = new Endpoints(
                    options.regions().getFirst(),
                    kms,
                    s3.endpoint(),
                    s3.plainEndpoint(),
                    tlsAuthority.certificateFile());
            awsFiles = new AwsFiles(layout.aws(), endpoints);
            awsFiles.write(sessions);
            RunningFile.write(layout.running(), endpoints, options.accounts());
            opened.push(() -> Files.deleteIfExists(layout.running()));
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    /** Starts on a state directory, which is made where it does not exist, and returns once all services answer. */
    public static LocalCloud start(Path state, LocalCloudOptions options) throws IOException {
        return start(state, options, InstantSource.system());
    }

    /** As {@link #start(Path, LocalCloudOptions)}, by another clock. */
    public static LocalCloud start(Path state, LocalCloudOptions options, InstantSource clock) throws IOException {
        return new LocalCloud(state, options, clock);
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    /** The roles of both accounts. */
    public Roles roles() {
        return roles;
    }

    /**
     * Credentials of a role for a service that acts in the role's account.
     *
     * @param service such as {@code codebuild.amazonaws.com}
     * @param source the ARN of what the service acts for, such as a project
     */
    public TemporaryCredentials assumeForService(
            String service, String source, String roleArn, String sessionName, Duration lifetime)
            throws AssumeRefusedException {
        String account = source.split(":", -1)[4];
        Attributes attributes = Attributes.builder()
                .put(ConditionKeys.PRINCIPAL_IS_AWS_SERVICE, "true")
                .put(ConditionKeys.SOURCE_ARN, source)
                .put(ConditionKeys.SOURCE_ACCOUNT, account)
                .put(ConditionKeys.SECURE_TRANSPORT, "true")
                .build();
        return roles.assume(
                        sessions,
                        Caller.service(service, account),
                        attributes,
                        roleArn,
                        sessionName,
                        clock.instant(),
                        lifetime)
                .credentials();
    }

    /** The stacks of both accounts. */
    public StackStore stacks() {
        return stacks;
    }

    /** The credentials of an account's role. */
    public TemporaryCredentials credentials(Account account) {
        return sessions.of(account).credentials();
    }

    /** The environment in which unmodified AWS tools act for an account. */
    public Map<String, String> environment(Account account) {
        return awsFiles.environment(account);
    }

    /** The root under which local enclaves' documents are signed, and the only one KMS believes here. */
    public LocalAttestationAuthority attestationAuthority() {
        return attestationAuthority;
    }

    /** The authority of the servers' TLS certificates. */
    public LocalAuthority tlsAuthority() {
        return tlsAuthority;
    }

    /** The file of calls, a line of JSON each. */
    public Path auditFile() {
        return layout.audit();
    }

    private void takeLock() throws IOException {
        FileChannel lock =
                opening(FileChannel.open(layout.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        try {
            if (lock.tryLock() == null) {
                throw new StateInUseException(layout.root());
            }
        } catch (OverlappingFileLockException e) {
            throw new StateInUseException(layout.root());
        }
    }

    private LocalAttestationAuthority openAttestationAuthority(InstantSource clock, SecureRandom random)
            throws IOException {
        if (!Files.exists(layout.attestationRoot())) {
            LocalAttestationAuthority.create(clock.instant(), random).save(layout.attestationRoot());
        }
        return LocalAttestationAuthority.load(layout.attestationRoot(), random);
    }

    private KmsService openKms(SigV4Verifier verifier, AuditLog audit, InstantSource clock, SecureRandom random)
            throws IOException {
        try {
            return new KmsService(
                    layout.kms(),
                    verifier,
                    roles,
                    new KmsService.Recipients(
                            AttestationVerifier.ofRoot(attestationAuthority.root()), new RecipientWrapper(random)),
                    audit,
                    clock,
                    random);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("the program's own root cannot be read", e);
        }
    }

    /** The services of the query protocol, told apart by the version of their interface. */
    private static Service queries(Service sts, Service cloudFormation) {
        String version = "Version=" + CloudFormationService.VERSION;
        return (request, id) -> {
            String form = new String(request.body(), StandardCharsets.UTF_8);
            boolean isCloudFormation = Arrays.asList(form.split("&", -1)).contains(version);
            return (isCloudFormation ? cloudFormation : sts).answer(request, id);
        };
    }

    /** The services of the JSON protocol, told apart by the target of a call. */
    private static Service targets(Service kms, Service codebuild) {
        return (request, id) -> {
            boolean isForBuilds = request.header("x-amz-target").orElse("").startsWith(CodeBuildService.TARGET_PREFIX);
            return (isForBuilds ? codebuild : kms).answer(request, id);
        };
    }

    private Service openCodeBuild(SigV4Verifier verifier, AuditLog audit) {
        Projects projects = new StackProjects(stacks);
        Builds builds = opening(new Builds(layout.builds(), clock));
        BuildStarter starter = new BuildStarter(builds, sessions, roles, () -> awsFiles, clock);
        return new CodeBuildService(verifier, roles, projects, builds, starter, audit, clock);
    }

    private URI serve(LocalCloudOptions options, SSLContext tls, Service targets, Service queries) throws IOException {
        Service both = (request, id) ->
                request.header("x-amz-target").isPresent() ? targets.answer(request, id) : queries.answer(request, id);
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), options.kmsPort());
        HttpsFront front = opening(HttpsFront.listen(address, tls, both));
        front.start();
        return URI.create("https://127.0.0.1:" + front.port());
    }

    private <T extends AutoCloseable> T opening(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Ends the services, the last started first. Closing twice is fine. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                IOException one = e instanceof IOException io ? io : new IOException("a service did not stop", e);
                if (failure == null) {
                    failure = one;
                } else {
                    failure.addSuppressed(one);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
