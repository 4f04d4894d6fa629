package dev.cloister.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.local.account.Account;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AWS CLI and boto3 of the distribution, unmodified, with the environment that {@code cloister local env} prints. */
class AwsToolsTest {
    private static final String AWS_CLI = "/usr/bin/aws";
    private static final String PYTHON = "/usr/bin/python3";
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    private static Path directory;

    private static LocalCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = LocalCloud.start(directory.resolve("state"), LocalCloudOptions.inRegion("us-east-1"));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.close();
    }

    @Test
    void awsCli_usesKeysOfBothAccounts() throws Exception {
        needAwsCli();
        Account owner = Account.thirdParty();
        String key = kms(owner, "create-key", "--query", "KeyMetadata.Arn", "--output", "text")
                .strip();
        String blob = kms(
                        owner,
                        "generate-data-key",
                        "--key-id",
                        key,
                        "--key-spec",
                        "AES_256",
                        "--encryption-context",
                        "application=digits",
                        "--query",
                        "CiphertextBlob",
                        "--output",
                        "text")
                .strip();
        String[] decrypt = {
            "decrypt", "--ciphertext-blob", blob, "--encryption-context", "application=digits", "--output", "json"
        };

        assertThat(kms(owner, decrypt)).contains("\"Plaintext\"", key);
        assertThat(fails(Account.host(), decrypt))
                .contains(
                        "An error occurred (AccessDeniedException) when calling the Decrypt operation",
                        "User: arn:aws:sts::111122223333:assumed-role/enclave-host/local is not authorized to perform: "
                                + "kms:Decrypt on resource: " + key
                                + " because no resource-based policy allows the kms:Decrypt action");
        String policy = kms(
                owner,
                "get-key-policy",
                "--key-id",
                key,
                "--policy-name",
                "default",
                "--query",
                "Policy",
                "--output",
                "text");
        Path edited = directory.resolve("policy.json");
        Files.writeString(
                edited,
                policy.replace(
                        "\"arn:aws:iam::444455556666:root\"",
                        "[\"arn:aws:iam::444455556666:root\", \"arn:aws:iam::111122223333:role/enclave-host\"]"));
        kms(owner, "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", "file://" + edited);
        assertThat(kms(Account.host(), decrypt)).contains("\"Plaintext\"", key);
    }

    @Test
    void awsCli_isToldWhoItIs() throws Exception {
        needAwsCli();

        assertThat(run(Account.host(), aws("sts", cloud.endpoints().kms().toString(), "get-caller-identity"))
                        .output())
                .contains("\"111122223333\"", "arn:aws:sts::111122223333:assumed-role/enclave-host/local");
    }

    @Test
    void awsCli_copiesLargeFilesThroughS3() throws Exception {
        needAwsCli();
        Path original = directory.resolve("original");
        Path copy = directory.resolve("copy");
        byte[] content = new byte[20 << 20];
        new Random(1).nextBytes(content);
        Files.write(original, content);
        String s3 = cloud.endpoints().s3().toString();

        succeeds(Account.host(), aws("s3", s3, "mb", "s3://cloister-digits-shared"));
        Path policy = directory.resolve("bucket-policy.json");
        Files.writeString(policy, """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                 "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::cloister-digits-shared/*"}]}
                """);
        succeeds(
                Account.host(),
                aws(
                        "s3api",
                        s3,
                        "put-bucket-policy",
                        "--bucket",
                        "cloister-digits-shared",
                        "--policy",
                        "file://" + policy));
        succeeds(
                Account.thirdParty(),
                aws("s3", s3, "cp", "--quiet", original.toString(), "s3://cloister-digits-shared/a/b"));
        assertThat(succeeds(Account.host(), aws("s3", s3, "ls", "s3://cloister-digits-shared/a/")))
                .contains(Integer.toString(content.length), " b");
        succeeds(Account.host(), aws("s3", s3, "cp", "--quiet", "s3://cloister-digits-shared/a/b", copy.toString()));
        assertThat(Files.mismatch(original, copy)).isEqualTo(-1);
    }

    @Test
    void awsCli_deploysATemplate() throws Exception {
        needAwsCli();
        String endpoint = cloud.endpoints().kms().toString();
        Path template = Path.of("..", "cdk", "templates", "shared-bucket.template.json");
        String[] deploy = {
            "deploy",
            "--template-file",
            template.toString(),
            "--stack-name",
            "Tools-FileSharing-Acme",
            "--parameter-overrides",
            "ThirdPartyAWSAccountNumber=444455556666",
            "ThirdPartyName=acme"
        };

        assertThat(succeeds(Account.host(), aws("cloudformation", endpoint, deploy)))
                .contains("Successfully created/updated stack - Tools-FileSharing-Acme");
        assertThat(succeeds(Account.host(), aws("cloudformation", endpoint, deploy)))
                .contains("No changes to deploy");
        assertThat(succeeds(
                        Account.host(),
                        aws(
                                "cloudformation",
                                endpoint,
                                "describe-stacks",
                                "--stack-name",
                                "Tools-FileSharing-Acme",
                                "--output",
                                "json")))
                .contains("CREATE_COMPLETE", "UploadPath", "/acme");
        succeeds(
                Account.host(),
                aws("cloudformation", endpoint, "delete-stack", "--stack-name", "Tools-FileSharing-Acme"));
    }

    @Test
    void boto3_usesKeysOfBothAccounts() throws Exception {
        Result found = run(Account.host(), List.of(PYTHON, "-c", "import boto3"));
        assumeTrue(found.status() == 0, "boto3 is missing: install Debian's package python3-boto3");
        Path script = directory.resolve("keys.py");
        Files.writeString(script, """
                import boto3, botocore, json, os, sys
                def client(profile):
                    return boto3.Session(profile_name=profile).client("kms", endpoint_url=sys.argv[1])
                owner, host = client("third-party"), client("host")
                key = owner.create_key(Description="from boto3")["KeyMetadata"]["Arn"]
                made = owner.generate_data_key(KeyId=key, NumberOfBytes=32, EncryptionContext={"application": "digits"})
                def decrypt(who):
                    return who.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"application": "digits"})
                assert decrypt(owner)["Plaintext"] == made["Plaintext"]
                try:
                    decrypt(host)
                    sys.exit("the host could decrypt")
                except botocore.exceptions.ClientError as e:
                    assert e.response["Error"]["Code"] == "AccessDeniedException", e
                policy = json.loads(owner.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
                policy["Statement"].append({"Effect": "Allow", "Principal": {"AWS": "111122223333"},
                                            "Action": "kms:Decrypt", "Resource": "*"})
                owner.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
                assert decrypt(host)["Plaintext"] == made["Plaintext"]
                print("done")
                """);
        Result result = run(
                Account.host(),
                List.of(
                        "/usr/bin/python3",
                        script.toString(),
                        cloud.endpoints().kms().toString()));

        assertThat(result.output().strip()).isEqualTo("done");
    }

    private static void needAwsCli() {
        assumeTrue(Files.isExecutable(Path.of(AWS_CLI)), "the AWS CLI is missing: install Debian's package awscli");
    }

    private static String kms(Account account, String... arguments) throws Exception {
        return succeeds(account, aws("kms", cloud.endpoints().kms().toString(), arguments));
    }

    private static String fails(Account account, String... arguments) throws Exception {
        Result result = run(account, aws("kms", cloud.endpoints().kms().toString(), arguments));
        assertThat(result.status()).isNotZero();
        return result.output();
    }

    private static String succeeds(Account account, List<String> command) throws Exception {
        Result result = run(account, command);
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    /** Versions before 2.13 do not read endpoints from the environment, so it is given as an option as well. */
    private static List<String> aws(String service, String endpoint, String... arguments) {
        List<String> command = new ArrayList<>(List.of(AWS_CLI, "--endpoint-url", endpoint, service));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Result run(Account account, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("AWS_"));
        environment.putAll(cloud.environment(account));
        environment.put("AWS_PAGER", "");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(String.join(" ", command))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private record Result(int status, String output) {}
}
