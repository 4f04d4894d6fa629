package dev.cloister.local;

import dev.cloister.local.account.Account;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How a local cloud is set up.
 *
 * @param accounts those whose credentials it issues
 * @param regions those it answers for; the first is the one that the AWS files name
 * @param kmsPort where KMS and STS listen on the loopback address; 0 for any free port
 * @param s3Port likewise for S3
 * @param credentialLifetime how long newly issued credentials are valid
 */
public record LocalCloudOptions(
        List<Account> accounts, List<String> regions, int kmsPort, int s3Port, Duration credentialLifetime) {
    public LocalCloudOptions {
        accounts = List.copyOf(accounts);
        regions = List.copyOf(regions);
        if (accounts.isEmpty() || Set.copyOf(accounts).size() != accounts.size()) {
            throw new IllegalArgumentException("there must be accounts, each of them once");
        }
        if (regions.isEmpty() || !regions.stream().allMatch(region -> region.matches("[a-z]{2}(-[a-z]+)+-[0-9]"))) {
            throw new IllegalArgumentException("there must be regions, such as us-east-1");
        }
    }

    /** A host and a third party in one region, on any free ports, with credentials for twelve hours. */
    public static LocalCloudOptions inRegion(String region) {
        return new LocalCloudOptions(
                List.of(Account.host(), Account.thirdParty()), List.of(region), 0, 0, Duration.ofHours(12));
    }

    /** The same on these ports; 0 for any free one. */
    public LocalCloudOptions onPorts(int kms, int s3) {
        return new LocalCloudOptions(accounts, regions, kms, s3, credentialLifetime);
    }
}
