package dev.cloister.local.account;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sessions that have been issued. Those of the accounts' own roles are kept in a file, so that what was exported to
 * a shell before a restart goes on working until it expires; those of assumed roles are gone with a restart.
 */
public final class Sessions {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int KEY_ID_RANDOM = 16;
    private static final int SECRET_BYTES = 30;
    private static final int TOKEN_BYTES = 96;

    private final List<Session> own;
    private final Map<String, Session> byAccessKeyId = new ConcurrentHashMap<>();
    private final SecureRandom random;

    private Sessions(Collection<Session> sessions, SecureRandom random) {
        this.own = List.copyOf(sessions);
        this.random = random;
        own.forEach(session -> byAccessKeyId.put(session.credentials().accessKeyId(), session));
    }

    /**
     * Reads the file and issues new credentials to every account that has none with at least half of its lifetime
     * left.
     *
     * @param lifetime how long new credentials are valid
     */
    public static Sessions open(Path file, List<Account> accounts, Instant now, Duration lifetime, SecureRandom random)
            throws IOException {
        Map<Account, Session> sessions = new LinkedHashMap<>();
        if (Files.exists(file)) {
            ObjectNode stored = parse(file);
            for (Account account : accounts) {
                read(stored.path(account.id()), account, file).ifPresent(session -> sessions.put(account, session));
            }
        }
        Instant renewBefore = now.plus(lifetime.dividedBy(2));
        for (Account account : accounts) {
            Session known = sessions.get(account);
            if (known == null || known.credentials().expiration().isBefore(renewBefore)) {
                sessions.put(account, new Session(account, issue(now.plus(lifetime), random)));
            }
        }
        Sessions all = new Sessions(sessions.values(), random);
        PrivateFiles.replace(file, JsonText.write(all.toJson()).getBytes(StandardCharsets.UTF_8));
        return all;
    }

    /** The session that an access key belongs to, expired or not. */
    public Optional<Session> find(String accessKeyId) {
        return Optional.ofNullable(byAccessKeyId.get(accessKeyId));
    }

    /** Issues credentials for a session of a role in one of the accounts. */
    public Session assume(Caller caller, Instant now, Duration lifetime) {
        byAccessKeyId
                .values()
                .removeIf(session -> !own.contains(session)
                        && session.credentials().expiration().isBefore(now));
        Account account = own.stream()
                .map(Session::account)
                .filter(one -> one.id().equals(caller.account()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such account: " + caller.account()));
        Session session = new Session(account, caller, issue(now.plus(lifetime), random));
        byAccessKeyId.put(session.credentials().accessKeyId(), session);
        return session;
    }

    /** The session of an account that {@link #open} was given. */
    public Session of(Account account) {
        return own.stream()
                .filter(session -> session.account().equals(account))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such account: " + account.id()));
    }

    /** The sessions of the accounts' own roles, in the order of the accounts. */
    public List<Session> all() {
        return own;
    }

    private static TemporaryCredentials issue(Instant expiration, SecureRandom random) {
        StringBuilder id = new StringBuilder("ASIA");
        for (int i = 0; i < KEY_ID_RANDOM; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new TemporaryCredentials(
                id.toString(), base64(SECRET_BYTES, random), base64(TOKEN_BYTES, random), expiration);
    }

    private static String base64(int length, SecureRandom random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private ObjectNode toJson() {
        ObjectNode json = JsonText.object();
        for (Session session : own) {
            json.putObject(session.account().id())
                    .put("Role", session.account().role())
                    .put("AccessKeyId", session.credentials().accessKeyId())
                    .put("SecretAccessKey", session.credentials().secretAccessKey())
                    .put("SessionToken", session.credentials().sessionToken())
                    .put("Expiration", session.credentials().expiration().toString());
        }
        return json;
    }

    private static ObjectNode parse(Path file) throws IOException {
        try {
            return JsonText.parseObject(Files.readAllBytes(file));
        } catch (MalformedJsonException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Optional<Session> read(JsonNode node, Account account, Path file) throws IOException {
        if (!node.path("Role").asString("").equals(account.role())) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Session(
                    account,
                    new TemporaryCredentials(
                            node.path("AccessKeyId").stringValue(),
                            node.path("SecretAccessKey").stringValue(),
                            node.path("SessionToken").stringValue(),
                            Instant.parse(node.path("Expiration").stringValue()))));
        } catch (JacksonException | DateTimeException e) {
            throw new IOException(file + " is damaged: the credentials of account " + account.id(), e);
        }
    }
}
