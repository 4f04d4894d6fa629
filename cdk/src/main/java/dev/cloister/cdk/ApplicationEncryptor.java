package dev.cloister.cdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.constructs.Construct;

/**
 * The pipeline that encrypts an application and uploads the package. Its role makes data keys, for applications alone,
 * with the one key, and can decrypt nothing. For a second host, a second pipeline with another name uses the same key.
 */
public final class ApplicationEncryptor extends Construct {
    /** Name of the CodeBuild project. */
    public static final String PROJECT = "application-encryptor";

    private final Pipeline pipeline;

    /**
     * What is encrypted, with which key, for whom.
     *
     * @param projectName name of the CodeBuild project, by default {@link #PROJECT}
     * @param directory the application in the source
     * @param keyArn the third party's key
     * @param cloisterSha256 checksum of the copy of Cloister in the source
     */
    public record Props(
            String projectName,
            CodeSource source,
            String directory,
            String keyArn,
            UploadTarget target,
            String cloisterSha256) {}

    /** The pipeline. */
    public ApplicationEncryptor(Construct scope, String id, Props props) {
        super(scope, id);
        UploadTarget target = props.target();
        List<PolicyStatement> permissions = new ArrayList<>(target.permissions());
        // A data key without an application in its context could be one for anything.
        permissions.add(Policies.allow("MakeDataKeys")
                .actions(List.of("kms:GenerateDataKey"))
                .resources(List.of(props.keyArn()))
                .conditions(Map.of("Null", Map.of("kms:EncryptionContext:cloister:application", "false")))
                .build());
        pipeline = new Pipeline(
                this,
                props.projectName(),
                PROJECT,
                props.source(),
                Map.of(
                        "APPLICATION_CODE_DIRECTORY", props.directory(),
                        "APPLICATION_CODE_S3_PATH", target.path(),
                        "ENCRYPTION_KEY_ARN", props.keyArn(),
                        "HOST_AWS_ACCOUNT_NUMBER", target.hostAccount(),
                        "HOST_ENCRYPTION_KEY_ARN", target.hostKeyArn(),
                        "CLOISTER_SHA256", props.cloisterSha256()),
                permissions);
    }

    /** The project's name. */
    public String projectName() {
        return pipeline.projectName();
    }

    /** The role that the build runs with. */
    public String roleArn() {
        return pipeline.roleArn();
    }
}
