package dev.cloister.local.kms;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationException;
import dev.cloister.attestation.document.AttestationPolicy;
import dev.cloister.attestation.document.AttestationVerifier;
import dev.cloister.attestation.document.VerifiedAttestation;
import dev.cloister.local.audit.AuditEvent;
import dev.cloister.local.audit.AuditLog;
import dev.cloister.local.http.Answer;
import dev.cloister.local.http.Service;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.kms.recipient.RecipientWrapper;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.Identities;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.sigv4.SignatureRefusedException;
import dev.cloister.local.sigv4.VerifiedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** The service: who calls, what they want, whether they may, and a line in the audit whatever comes of it. */
public final class KmsService implements Service, KeyUse {
    private static final String TARGET_PREFIX = "TrentService.";
    private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
    private static final int MAX_DOCUMENT_BYTES = 262_144;
    private static final int DIGEST_PREFIX = 16;

    /** Which image, and whether in debug mode, is for the key policy to say: as in KMS, it may name zeros. */
    private static final AttestationPolicy ATTESTATION_POLICY = AttestationPolicy.maxAge(Duration.ofMinutes(5))
            .clockSkew(Duration.ofSeconds(5))
            .anyImage()
            .allowDebug()
            .build();

    private final SigV4Verifier verifier;
    private final AttestationVerifier attestationVerifier;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Map<String, Operation> operations = new HashMap<>();
    private final KeyLookup lookup;
    private final Access access;

    /** How an attestation document is verified and an answer wrapped for its enclave. */
    public record Recipients(AttestationVerifier verifier, RecipientWrapper wrapper) {}

    /**
     * Opens the service on a state directory.
     *
     * @param identities what callers have been given
     */
    public KmsService(
            Path directory,
            SigV4Verifier verifier,
            Identities identities,
            Recipients recipients,
            AuditLog audit,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        this.verifier = verifier;
        this.attestationVerifier = recipients.verifier();
        this.audit = audit;
        this.clock = clock;
        KeyStore store = KeyStore.open(directory);
        lookup = new KeyLookup(store);
        GrantStore grants = GrantStore.open(directory);
        access = new Access(identities, grants);
        operations.putAll(new KeyOperations(store, lookup, access, () -> newKey(random)).operations());
        operations.putAll(new AliasOperations(store, lookup, access).operations());
        operations.putAll(new PolicyOperations(store, lookup, access).operations());
        operations.putAll(new GrantOperations(grants, lookup, access, random).operations());
        operations.putAll(new CryptoOperations(store, lookup, access, recipients.wrapper(), random).operations());
    }

    private static KeyOperations.KeyIdentity newKey(SecureRandom random) {
        return new KeyOperations.KeyIdentity(UUID.randomUUID(), KeyMaterial.random(random));
    }

    @Override
    public Answer answer(ReceivedRequest request, String requestId) {
        Instant now = clock.instant();
        Progress progress = new Progress(now, requestId, operationName(request));
        try {
            VerifiedRequest verified = verifier.verify(request, "kms");
            progress.caller = Optional.of(verified.caller());
            progress.region = Optional.of(verified.region());
            KmsCall call = call(parse(request.body()), verified.caller(), verified.region(), progress);
            ObjectNode result = run(call, progress);
            audit.append(progress.event(Optional.empty()));
            return new Answer(200, CONTENT_TYPE, JsonText.write(result));
        } catch (SignatureRefusedException e) {
            return refuse(progress, 400, e.code().awsName(), String.valueOf(e.getMessage()));
        } catch (KmsException e) {
            return refuse(progress, e.error().httpStatus(), e.error().awsName(), e.text());
        } catch (RuntimeException e) {
            audit.append(progress.event(Optional.of(new AuditEvent.Failure("KMSInternalException", ""))));
            throw e;
        }
    }

    private static String operationName(ReceivedRequest request) {
        String target = request.header("x-amz-target").orElse("");
        return target.matches("TrentService\\.[A-Za-z]{1,64}") ? target.substring(TARGET_PREFIX.length()) : "";
    }

    /**
     * Performs an operation that another service asks for on a caller's behalf.
     *
     * @param service such as {@code cloudformation}
     * @param members of the request
     */
    public ObjectNode perform(Caller caller, String region, String operation, ObjectNode members, String service)
            throws KeyUseRefusedException {
        return onBehalf(caller, region, operation, progress -> {
            KmsCall call = call(members, caller, region, progress);
            call.via(service);
            return run(call, progress);
        });
    }

    @Override
    public String authorize(
            Caller caller, String region, String key, String operation, Map<String, String> context, String service)
            throws KeyUseRefusedException {
        return onBehalf(caller, region, operation, progress -> {
            Members none = new Members(JsonText.object(), Set.of());
            KmsCall call = new KmsCall(caller, region, progress.now, operation, none, Optional.empty());
            call.via(service);
            KeyRecord record = lookup.find(key, call);
            progress.keyArn = Optional.of(record.arn());
            Attributes.Builder attributes =
                    call.attributes().put(ConditionKeys.ENCRYPTION_ALGORITHM, KeyOperations.KEY_SPEC);
            new EncryptionContext(context).describe(attributes);
            access.toKey(call, record, attributes);
            KeyOperations.refuseUnusable(record);
            return record.arn();
        });
    }

    private interface Work<T> {
        T run(Progress progress) throws KmsException;
    }

    private <T> T onBehalf(Caller caller, String region, String operation, Work<T> work) throws KeyUseRefusedException {
        Progress progress = new Progress(clock.instant(), UUID.randomUUID().toString(), operation);
        progress.caller = Optional.of(caller);
        progress.region = Optional.of(region);
        try {
            T result = work.run(progress);
            audit.append(progress.event(Optional.empty()));
            return result;
        } catch (KmsException e) {
            String name = e.error().awsName();
            audit.append(progress.event(Optional.of(new AuditEvent.Failure(name, e.text()))));
            throw new KeyUseRefusedException(name, e.text());
        }
    }

    private KmsCall call(ObjectNode json, Caller caller, String region, Progress progress) throws KmsException {
        Members members = new Members(json, operation(progress).members());
        progress.recipient = recipient(members, progress.now);
        return new KmsCall(caller, region, progress.now, progress.operation, members, progress.recipient);
    }

    private ObjectNode run(KmsCall call, Progress progress) throws KmsException {
        try {
            return operation(progress).body().run(call);
        } finally {
            progress.keyArn = call.keyArn();
        }
    }

    private Operation operation(Progress progress) throws KmsException {
        Operation operation = operations.get(progress.operation);
        if (operation == null) {
            throw new KmsException(
                    KmsError.UNKNOWN_OPERATION, "the local cloud does not know the operation " + progress.operation);
        }
        return operation;
    }

    private static ObjectNode parse(byte[] body) throws KmsException {
        try {
            return JsonText.parseObject(body);
        } catch (MalformedJsonException e) {
            throw new KmsException(KmsError.SERIALIZATION, "the body is not a JSON object: " + e.getMessage());
        }
    }

    private Optional<VerifiedAttestation> recipient(Members members, Instant now) throws KmsException {
        Optional<Members> recipient =
                members.object("Recipient", Set.of("AttestationDocument", "KeyEncryptionAlgorithm"));
        if (recipient.isEmpty()) {
            return Optional.empty();
        }
        String algorithm = recipient.get().requiredText("KeyEncryptionAlgorithm");
        if (!algorithm.equals("RSAES_OAEP_SHA_256")) {
            throw KmsException.validation("KeyEncryptionAlgorithm must be RSAES_OAEP_SHA_256");
        }
        byte[] document = recipient.get().requiredBlob("AttestationDocument", MAX_DOCUMENT_BYTES);
        try {
            return Optional.of(attestationVerifier.verify(document, ATTESTATION_POLICY, now));
        } catch (AttestationException e) {
            throw KmsException.validation(String.valueOf(e.getMessage()));
        }
    }

    private Answer refuse(Progress progress, int status, String name, String message) {
        audit.append(progress.event(Optional.of(new AuditEvent.Failure(name, message))));
        ObjectNode body = JsonText.object().put("__type", name);
        if (!message.isEmpty()) {
            body.put(name.equals(KmsError.ACCESS_DENIED.awsName()) ? "Message" : "message", message);
        }
        return new Answer(status, CONTENT_TYPE, JsonText.write(body));
    }

    /** What the audit will say. */
    private static final class Progress {
        private final Instant now;
        private final String requestId;
        private final String operation;
        private Optional<Caller> caller = Optional.empty();
        private Optional<String> region = Optional.empty();
        private Optional<String> keyArn = Optional.empty();
        private Optional<VerifiedAttestation> recipient = Optional.empty();

        private Progress(Instant now, String requestId, String operation) {
            this.now = now;
            this.requestId = requestId;
            this.operation = operation;
        }

        private AuditEvent event(Optional<AuditEvent.Failure> failure) {
            Optional<AuditEvent.Attestation> attestation = recipient.map(attested -> {
                String digest = attested.pcrs().get(0).map(Bytes::hex).orElse("");
                return new AuditEvent.Attestation(
                        attested.moduleId(), digest.substring(0, Math.min(DIGEST_PREFIX, digest.length())));
            });
            return new AuditEvent(
                    now, requestId, "kms.amazonaws.com", operation, caller, region, keyArn, attestation, failure);
        }
    }
}
