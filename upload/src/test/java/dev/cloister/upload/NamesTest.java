package dev.cloister.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;

/** How keys, accounts and objects are named on a command line. */
final class NamesTest {
    private static final String ID = "1234abcd-12ab-34cd-56ef-1234567890ab";

    @ParameterizedTest
    @ValueSource(
            strings = {
                ID,
                "mrk-1234abcd12ab34cd56ef1234567890ab",
                "alias/enclavekey",
                "arn:aws:kms:eu-west-1:111122223333:key/" + ID,
                "arn:aws:kms:eu-west-1:111122223333:alias/a/b",
                "arn:aws-cn:kms:cn-north-1:111122223333:key/" + ID,
                "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/" + ID,
            })
    void key_isTaken(String text) {
        assertThat(new KeyId(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enclavekey                                    | an alias is written alias/NAME",
                "''                                            | is no key's id, ARN or alias",
                "alias/                                        | is no key's id, ARN or alias",
                "alias/a b                                     | is no key's id, ARN or alias",
                "arn:aws:s3:::bucket                           | is not the ARN of a KMS key or alias",
                "arn:aws:kms:eu-west-1:11112222333:key/" + ID + "    | is not the ARN of a KMS key or alias",
                "arn:aws:kms:eu-west-1:111122223333:key/x      | ends in the name of no key",
                "arn:aws:kms:eu-west-1:111122223333:alias/     | is not the ARN of a KMS key or alias",
                "arn:aws-cn:kms:eu-west-1:111122223333:key/" + ID
                        + " | is of partition aws-cn, but eu-west-1 lies in aws",
            })
    void whatNamesNoKey_isRefused(String text, String message) {
        assertThatThrownBy(() -> new KeyId(text)).hasMessageContaining(message);
    }

    @Test
    void arn_namesRegionAndPartition() {
        KeyId key = new KeyId("arn:aws:kms:eu-west-1:111122223333:key/" + ID);
        assertThat(key.region()).contains(Region.EU_WEST_1);
        assertThat(key.partition()).contains("aws");
        assertThat(new KeyId("alias/a").region()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "11112222333", "1111222233334", "11112222333x", "1111-2222-3333", "१११११११११११२"})
    void malformedAccount_isRefused(String account) {
        assertThatThrownBy(() -> new UploadTerms(Optional.empty(), Optional.of(account)))
                .hasMessageContaining("is no account number");
    }

    @Test
    void keyOfAnotherPartition_isRefused() {
        KeyId key = new KeyId("arn:aws-cn:kms:cn-north-1:111122223333:key/" + ID);
        UploadTerms terms = new UploadTerms(Optional.of(key), Optional.empty());
        assertThatThrownBy(() -> terms.checkRegion(Region.EU_WEST_1))
                .hasMessageContaining("is of partition aws-cn, but eu-west-1 lies in aws");
    }

    @Test
    void address_isParsed() {
        assertThat(S3Address.parse("s3://b-1/a/b c", "f")).isEqualTo(new S3Address("b-1", "a/b c"));
        assertThat(S3Address.parse("s3://bucket/", "f")).hasToString("s3://bucket/f");
        assertThat(S3Address.parse("s3://bucket/a/", "f")).hasToString("s3://bucket/a/f");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s3://",
                "s3://bucket",
                "s3:///key",
                "S3://bucket/key",
                "s3://Bucket/key",
                "bucket/key",
                "s3://b-1/a\nb"
            })
    void otherAddresses_areRefused(String text) {
        assertThatThrownBy(() -> S3Address.parse(text, "f")).isInstanceOf(IllegalArgumentException.class);
    }
}
