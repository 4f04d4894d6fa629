package dev.cloister.upload;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/**
 * How a KMS key is named on a command line.
 *
 * @param value a key id, a key ARN, {@code alias/NAME} or an alias ARN
 */
public record KeyId(String value) {
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|mrk-[0-9a-fA-F]{32}");
    private static final Pattern ALIAS = Pattern.compile("alias/[A-Za-z0-9/_-]{1,250}");
    private static final Pattern ARN = Pattern.compile(
            "arn:(?<partition>[a-z0-9-]+):kms:(?<region>[a-z0-9-]+):[0-9]{12}:(?<name>key/(.+)|alias/.+)");

    /**
     * Takes a name that KMS could know.
     *
     * @throws IllegalArgumentException saying what is wrong, where it is none, or its region is of another partition
     */
    public KeyId {
        Matcher arn = ARN.matcher(value);
        if (arn.matches()) {
            checkPartition(value, arn.group("partition"), arn.group("region"));
            String name = arn.group("name");
            String id = arn.group(4);
            if (id == null ? !ALIAS.matcher(name).matches() : !ID.matcher(id).matches()) {
                throw new IllegalArgumentException(value + " ends in the name of no key");
            }
        } else if (value.startsWith("arn:")) {
            throw new IllegalArgumentException(value + " is not the ARN of a KMS key or alias");
        } else if (!ID.matcher(value).matches() && !ALIAS.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "'" + value + "' is no key's id, ARN or alias; an alias is written alias/NAME");
        }
    }

    /** The region that an ARN names. */
    public Optional<Region> region() {
        return part("region").map(Region::of);
    }

    /** The partition that an ARN names, such as {@code aws-cn}. */
    public Optional<String> partition() {
        return part("partition");
    }

    private Optional<String> part(String group) {
        Matcher arn = ARN.matcher(value);
        return arn.matches() ? Optional.of(arn.group(group)) : Optional.empty();
    }

    private static void checkPartition(String arn, String partition, String region) {
        String right = PartitionMetadata.of(Region.of(region)).id();
        if (!right.equals(partition)) {
            throw new IllegalArgumentException(
                    arn + " is of partition " + partition + ", but " + region + " lies in " + right);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
