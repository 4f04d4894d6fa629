package dev.cloister.local.s3;

import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.PolicyParser;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The buckets of all accounts, which share one space of names: who owns each, and how it is set up. Objects lie with
 * the {@link Backend}. A change is on the disk before anyone sees it. Safe for use by several threads.
 */
public final class Buckets {
    /** The names S3 gives to new buckets, and that are safe as names of files. */
    static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    private final Path directory;
    private final Backend backend;
    private final Map<String, Bucket> byName = new ConcurrentHashMap<>();
    private final ReentrantLock changes = new ReentrantLock();

    private Buckets(Path directory, Backend backend) {
        this.directory = directory;
        this.backend = backend;
    }

    static Buckets open(Path directory, Backend backend) throws IOException {
        Buckets buckets = new Buckets(PrivateFiles.directory(directory), backend);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[!.]*.json")) {
            for (Path file : files) {
                Bucket bucket = BucketFile.read(file);
                buckets.byName.put(bucket.name(), bucket);
            }
        }
        return buckets;
    }

    public Optional<Bucket> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The buckets of an account, by name. */
    List<Bucket> list(String account) {
        return byName.values().stream()
                .filter(bucket -> bucket.account().equals(account))
                .sorted(Comparator.comparing(Bucket::name))
                .toList();
    }

    /**
     * Makes a bucket.
     *
     * @return false where the name is taken, by whomever
     */
    public boolean create(Bucket bucket) throws IOException {
        changes.lock();
        try {
            if (byName.containsKey(bucket.name())) {
                return false;
            }
            backend.createBucket(bucket.name());
            BucketFile.write(file(bucket.name()), bucket);
            byName.put(bucket.name(), bucket);
            return true;
        } finally {
            changes.unlock();
        }
    }

    /**
     * Deletes a bucket.
     *
     * @return false where it holds something
     */
    public boolean delete(String name) throws IOException {
        changes.lock();
        try {
            if (!backend.deleteBucket(name)) {
                return false;
            }
            byName.remove(name);
            Files.deleteIfExists(file(name));
            return true;
        } finally {
            changes.unlock();
        }
    }

    /** Changes a bucket as it is now. */
    public void update(String name, UnaryOperator<Bucket> operator) {
        changes.lock();
        try {
            Bucket current = byName.get(name);
            if (current != null) {
                Bucket changed = operator.apply(current);
                BucketFile.write(file(name), changed);
                byName.put(name, changed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory cannot be written", e);
        } finally {
            changes.unlock();
        }
    }

    /** Refuses a policy that cannot be read, or that speaks of another bucket. */
    public static void checkPolicy(String bucket, String text) throws MalformedPolicyException {
        PolicyParser.parseBucketPolicy(text);
        if (!text.contains("arn:aws:s3:::" + bucket)) {
            throw new MalformedPolicyException("Policy has invalid resource");
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ".json");
    }
}
