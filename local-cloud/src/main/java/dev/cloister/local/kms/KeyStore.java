package dev.cloister.local.kms;

import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * The keys and aliases, in memory and in files: {@code keys/ID.json} and {@code aliases.json}. A change is on the disk
 * before anyone sees it. Safe for use by several threads.
 */
final class KeyStore {
    private final Path keyDirectory;
    private final Path aliasFile;
    private final Map<UUID, KeyRecord> keys = new ConcurrentHashMap<>();
    private final Map<String, Alias> aliasesByArn = new ConcurrentHashMap<>();
    private final ReentrantLock changes = new ReentrantLock();

    private KeyStore(Path directory) {
        this.keyDirectory = directory.resolve("keys");
        this.aliasFile = directory.resolve("aliases.json");
    }

    static KeyStore open(Path directory) throws IOException {
        KeyStore store = new KeyStore(PrivateFiles.directory(directory));
        PrivateFiles.directory(store.keyDirectory);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(store.keyDirectory, "[!.]*.json")) {
            for (Path file : files) {
                KeyRecord key = KeyFile.read(file);
                store.keys.put(key.id(), key);
            }
        }
        if (Files.exists(store.aliasFile)) {
            AliasFile.read(store.aliasFile).forEach(alias -> store.aliasesByArn.put(alias.arn(), alias));
        }
        return store;
    }

    /** A key that has not been deleted by now. */
    Optional<KeyRecord> find(UUID id, Instant now) {
        KeyRecord key = keys.get(id);
        if (key != null
                && key.deletionDate().filter(date -> !now.isBefore(date)).isPresent()) {
            delete(key);
            return Optional.empty();
        }
        return Optional.ofNullable(key);
    }

    /** The keys of an account in a region, oldest first. */
    List<KeyRecord> list(String account, String region, Instant now) {
        return keys.values().stream()
                .filter(key -> key.account().equals(account) && key.region().equals(region))
                .filter(key -> find(key.id(), now).isPresent())
                .sorted(Comparator.comparing(KeyRecord::created).thenComparing(KeyRecord::id))
                .toList();
    }

    void add(KeyRecord key) {
        change(() -> {
            KeyFile.write(file(key.id()), key);
            keys.put(key.id(), key);
        });
    }

    /** Changes a key as it is now, which may be newer than what the caller has read. */
    void update(UUID id, UnaryOperator<KeyRecord> operator) {
        change(() -> {
            KeyRecord current = keys.get(id);
            if (current != null) {
                KeyRecord changed = operator.apply(current);
                KeyFile.write(file(id), changed);
                keys.put(id, changed);
            }
        });
    }

    Optional<Alias> findAlias(String arn) {
        return Optional.ofNullable(aliasesByArn.get(arn));
    }

    /** The aliases of an account in a region, by name. */
    List<Alias> listAliases(String account, String region) {
        return aliasesByArn.values().stream()
                .filter(alias ->
                        alias.account().equals(account) && alias.region().equals(region))
                .sorted(Comparator.comparing(Alias::name))
                .toList();
    }

    /**
     * Adds an alias.
     *
     * @return false where its name is taken
     */
    boolean addAlias(Alias alias) {
        changes.lock();
        try {
            if (aliasesByArn.containsKey(alias.arn())) {
                return false;
            }
            putAlias(alias);
            return true;
        } finally {
            changes.unlock();
        }
    }

    /** Adds or replaces an alias. */
    void putAlias(Alias alias) {
        change(() -> {
            List<Alias> all = aliasesExcept(alias.arn());
            all.add(alias);
            AliasFile.write(aliasFile, all);
            aliasesByArn.put(alias.arn(), alias);
        });
    }

    void removeAlias(Alias alias) {
        change(() -> {
            AliasFile.write(aliasFile, aliasesExcept(alias.arn()));
            aliasesByArn.remove(alias.arn());
        });
    }

    private void delete(KeyRecord key) {
        change(() -> {
            if (keys.remove(key.id(), key)) {
                Files.deleteIfExists(file(key.id()));
                aliasesByArn.values().removeIf(alias -> alias.target().equals(key.id()));
                AliasFile.write(aliasFile, aliasesByArn.values());
                key.material().wipe();
            }
        });
    }

    private List<Alias> aliasesExcept(String arn) {
        List<Alias> rest = new ArrayList<>(aliasesByArn.values());
        rest.removeIf(alias -> alias.arn().equals(arn));
        return rest;
    }

    private Path file(UUID id) {
        return keyDirectory.resolve(id + ".json");
    }

    private void change(Change change) {
        changes.lock();
        try {
            change.run();
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory cannot be written", e);
        } finally {
            changes.unlock();
        }
    }

    private interface Change {
        void run() throws IOException;
    }
}
