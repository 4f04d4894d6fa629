package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the stacks take as parameters; CloudFormation matches the same patterns before it makes anything. */
class ParameterTest {
    private static final String ID = "12345678-1234-1234-1234-123456789012";

    @ParameterizedTest
    @CsvSource({
        "ACCOUNT, 111122223333",
        "PARTY_NAME, Acme-Models",
        "REPOSITORY, my.repository_1",
        "DIRECTORY, application",
        "DIRECTORY, examples/digits/application",
        "S3_PATH, s3://shared-bucket/Acme",
        "S3_PATH, shared.bucket/Acme/v1.0_x=1",
        "KEY_ALIAS, alias/enclavekey",
        "KEY_ALIAS, alias/team/enclave_key",
        "KEY_ARN, arn:aws:kms:eu-central-1:111122223333:key/" + ID,
        "KEY_ARN, arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/" + ID,
        "KEY_ARN, arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-12345678123412341234123456789012",
        "PRINCIPAL, root",
        "PRINCIPAL, role/path/EnclaveHost",
        "BUCKET, shared-bucket",
        "COUNT, 4096",
        "INSTANCE_TYPE, c7g.2xlarge",
        "INSTANCE_TYPE, u-3tb1.56xlarge",
    })
    void goodValue_isTaken(Parameter parameter, String value) {
        assertThat(value).matches(parameter.pattern());
    }

    @ParameterizedTest
    @CsvSource({
        "ACCOUNT, 11112222333",
        "ACCOUNT, 1111222233334",
        "ACCOUNT, 1111-2222-3333",
        "ACCOUNT, 11112222333a",
        "PARTY_NAME, -acme",
        "PARTY_NAME, acme/other",
        "PARTY_NAME, *",
        "PARTY_NAME, ${aws:username}",
        "DIRECTORY, /application",
        "DIRECTORY, application/",
        "DIRECTORY, ../application",
        "DIRECTORY, a b",
        "DIRECTORY, $(id)",
        "DIRECTORY, -rf",
        "S3_PATH, https://shared-bucket/Acme",
        "S3_PATH, s3://shared-bucket",
        "S3_PATH, s3://shared-bucket/Acme/",
        "S3_PATH, s3://shared-bucket/*",
        "S3_PATH, s3://Shared/Acme",
        "S3_PATH, s3://shared-bucket/a'b",
        "KEY_ALIAS, enclavekey",
        "KEY_ALIAS, alias/",
        "KEY_ALIAS, alias/aws/s3",
        "KEY_ALIAS, alias/enclave key",
        "KEY_ARN, arn:other:kms:eu-central-1:111122223333:key/" + ID,
        "KEY_ARN, arn:aws:kms:eu-central-1:111122223333:alias/enclavekey",
        "KEY_ARN, arn:aws:s3:::shared-bucket",
        "KEY_ARN, arn:aws:kms:eu-central-1:11112222333:key/" + ID,
        "KEY_ARN, arn:aws:kms:eu-central-1:111122223333:key/*",
        "KEY_ARN, " + ID,
        "PRINCIPAL, *",
        "PRINCIPAL, role/*",
        "PRINCIPAL, user/alice",
        "PRINCIPAL, arn:aws:iam::111122223333:root",
        "SHA256, abc",
        "BUCKET, Shared",
        "BUCKET, a/b",
        "COUNT, 0",
        "COUNT, -1",
        "COUNT, 4 GiB",
        "INSTANCE_TYPE, c7g",
    })
    void badValue_isRefused(Parameter parameter, String value) {
        assertThat(value).doesNotMatch(parameter.pattern());
    }
}
