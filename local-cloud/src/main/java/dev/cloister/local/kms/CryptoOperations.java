package dev.cloister.local.kms;

import dev.cloister.attestation.Bytes;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.kms.recipient.RecipientWrapper;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.ConditionKeys;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** What keys are used for. An answer for an attested recipient never holds the plaintext outside its wrapping. */
final class CryptoOperations {
    private static final int MAX_PLAINTEXT = 4096;
    private static final int MAX_RANDOM = 1024;
    private static final String ALGORITHM = "SYMMETRIC_DEFAULT";

    private final KeyStore store;
    private final KeyLookup lookup;
    private final Access access;
    private final RecipientWrapper wrapper;
    private final SecureRandom random;

    CryptoOperations(KeyStore store, KeyLookup lookup, Access access, RecipientWrapper wrapper, SecureRandom random) {
        this.store = store;
        this.lookup = lookup;
        this.access = access;
        this.wrapper = wrapper;
        this.random = random;
    }

    Map<String, Operation> operations() {
        return Map.of(
                "Encrypt",
                Operation.of(
                        this::encrypt,
                        "DryRun",
                        "EncryptionAlgorithm",
                        "EncryptionContext",
                        "GrantTokens",
                        "KeyId",
                        "Plaintext"),
                "Decrypt",
                Operation.of(
                        this::decrypt,
                        "CiphertextBlob",
                        "DryRun",
                        "EncryptionAlgorithm",
                        "EncryptionContext",
                        "GrantTokens",
                        "KeyId",
                        "Recipient"),
                "GenerateDataKey",
                Operation.of(
                        this::generateDataKey,
                        "DryRun",
                        "EncryptionContext",
                        "GrantTokens",
                        "KeyId",
                        "KeySpec",
                        "NumberOfBytes",
                        "Recipient"),
                "GenerateDataKeyWithoutPlaintext",
                Operation.of(
                        this::generateDataKeyWithoutPlaintext,
                        "DryRun",
                        "EncryptionContext",
                        "GrantTokens",
                        "KeyId",
                        "KeySpec",
                        "NumberOfBytes"),
                "GenerateRandom",
                Operation.of(this::generateRandom, "NumberOfBytes", "Recipient"));
    }

    private ObjectNode encrypt(KmsCall call) throws KmsException {
        Members members = call.members();
        members.choice("EncryptionAlgorithm", List.of(ALGORITHM));
        byte[] plaintext = members.requiredBlob("Plaintext", MAX_PLAINTEXT);
        try {
            KeyRecord key = usableKey(call);
            return sealed(call, key, plaintext).put("EncryptionAlgorithm", ALGORITHM);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    private ObjectNode decrypt(KmsCall call) throws KmsException {
        Members members = call.members();
        members.choice("EncryptionAlgorithm", List.of(ALGORITHM));
        byte[] bytes = members.requiredBlob("CiphertextBlob", CiphertextBlob.MAX_BYTES);
        Optional<CiphertextBlob> blob = CiphertextBlob.parse(bytes);
        KeyRecord key = usable(call, members.has("KeyId") ? lookup.required(call) : keyOf(blob, call));
        CiphertextBlob ours = blob.orElseThrow(CryptoOperations::invalidCiphertext);
        if (!ours.keyId().equals(key.id())) {
            throw new KmsException(
                    KmsError.INCORRECT_KEY,
                    "The key ID in the request does not identify a CMK that can perform this operation.");
        }
        byte[] plaintext = ours.open(key, members.encryptionContext()).orElseThrow(CryptoOperations::invalidCiphertext);
        refuseDryRun(call);
        ObjectNode answer = JsonText.object().put("KeyId", key.arn()).put("EncryptionAlgorithm", ALGORITHM);
        putPlaintext(answer, call, plaintext);
        return answer;
    }

    private KeyRecord keyOf(Optional<CiphertextBlob> blob, KmsCall call) throws KmsException {
        UUID id = blob.orElseThrow(CryptoOperations::invalidCiphertext).keyId();
        return store.find(id, call.now())
                .filter(key -> key.region().equals(call.region()))
                .orElseThrow(() -> new KmsException(
                        KmsError.ACCESS_DENIED,
                        "The ciphertext refers to a customer master key that does not exist, does not exist in this "
                                + "region, or you are not allowed to access."));
    }

    private ObjectNode generateDataKey(KmsCall call) throws KmsException {
        byte[] dataKey = newDataKey(call.members());
        ObjectNode answer = sealed(call, usableKey(call), dataKey);
        putPlaintext(answer, call, dataKey);
        return answer;
    }

    private ObjectNode generateDataKeyWithoutPlaintext(KmsCall call) throws KmsException {
        byte[] dataKey = newDataKey(call.members());
        try {
            return sealed(call, usableKey(call), dataKey);
        } finally {
            Arrays.fill(dataKey, (byte) 0);
        }
    }

    private ObjectNode generateRandom(KmsCall call) throws KmsException {
        int length = call.members()
                .number("NumberOfBytes", 1, MAX_RANDOM)
                .orElseThrow(() -> KmsException.validation("NumberOfBytes is required"));
        access.toService(call, call.attributes());
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        ObjectNode answer = JsonText.object();
        putPlaintext(answer, call, bytes);
        return answer;
    }

    private byte[] newDataKey(Members members) throws KmsException {
        Optional<Integer> length = members.number("NumberOfBytes", 1, MAX_RANDOM);
        if (length.isPresent() == members.has("KeySpec")) {
            throw KmsException.validation("Please specify either number of bytes or key spec.");
        }
        int bytes = length.isPresent()
                ? length.get()
                : members.choice("KeySpec", List.of("AES_256", "AES_128")).equals("AES_256") ? 32 : 16;
        byte[] dataKey = new byte[bytes];
        random.nextBytes(dataKey);
        return dataKey;
    }

    private KeyRecord usableKey(KmsCall call) throws KmsException {
        return usable(call, lookup.required(call));
    }

    private KeyRecord usable(KmsCall call, KeyRecord key) throws KmsException {
        call.members().refuseGrantTokens();
        Attributes.Builder attributes = call.attributes().put(ConditionKeys.ENCRYPTION_ALGORITHM, ALGORITHM);
        call.members().encryptionContext().describe(attributes);
        access.toKey(call, key, attributes);
        KeyOperations.refuseUnusable(key);
        return key;
    }

    private ObjectNode sealed(KmsCall call, KeyRecord key, byte[] plaintext) throws KmsException {
        refuseDryRun(call);
        CiphertextBlob blob = CiphertextBlob.seal(key, call.members().encryptionContext(), plaintext, random);
        return JsonText.object().put("KeyId", key.arn()).put("CiphertextBlob", base64(blob.toArray()));
    }

    /** Hands out the plaintext in the way that was asked for, then wipes it. */
    private void putPlaintext(ObjectNode answer, KmsCall call, byte[] plaintext) throws KmsException {
        try {
            if (call.recipient().isEmpty()) {
                answer.put("Plaintext", base64(plaintext));
                return;
            }
            Bytes publicKey = call.recipient()
                    .get()
                    .publicKey()
                    .orElseThrow(() -> KmsException.validation("the attestation document carries no public key"));
            answer.put("CiphertextForRecipient", base64(wrapper.wrap(plaintext, publicKey.toArray())));
        } catch (GeneralSecurityException e) {
            throw KmsException.validation("the attestation document's public key is not an RSA key of 2048 bits");
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    private static void refuseDryRun(KmsCall call) throws KmsException {
        if (call.members().flag("DryRun")) {
            throw new KmsException(KmsError.DRY_RUN, "The request would have succeeded, but the DryRun option is set.");
        }
    }

    private static KmsException invalidCiphertext() {
        return new KmsException(KmsError.INVALID_CIPHERTEXT, "");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
