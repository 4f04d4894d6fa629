package dev.cloister.cdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.constructs.Construct;

/**
 * The pipeline that builds the enclave's image, uploads it and pins its PCR0 in the key's policy. Its role reads and
 * writes that one policy: who may change the source of this pipeline decides which images may open the packages.
 */
public final class NitroImageBuilder extends Construct {
    /** Name of the CodeBuild project. */
    public static final String PROJECT = "nitro-image-builder";

    private final Pipeline pipeline;

    /**
     * Where the image goes and who may decrypt in it.
     *
     * @param projectName name of the CodeBuild project, by default {@link #PROJECT}
     * @param keyArn the third party's key
     * @param hostPrincipal {@code root} of the host's account, or {@code role/NAME} in it
     * @param cloisterSha256 checksum of the copy of Cloister in the source
     */
    public record Props(
            String projectName,
            CodeSource source,
            String keyArn,
            String hostPrincipal,
            UploadTarget target,
            String cloisterSha256) {}

    /** The pipeline. */
    public NitroImageBuilder(Construct scope, String id, Props props) {
        super(scope, id);
        UploadTarget target = props.target();
        List<PolicyStatement> permissions = new ArrayList<>(target.permissions());
        permissions.add(Policies.allow("PinImages")
                .actions(List.of("kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"))
                .resources(List.of(props.keyArn()))
                .build());
        pipeline = new Pipeline(
                this,
                props.projectName(),
                PROJECT,
                props.source(),
                Map.of(
                        "NITRO_IMAGE_S3_PATH", target.path(),
                        "ENCRYPTION_KEY_ARN", props.keyArn(),
                        "HOST_PRINCIPAL_ARN", Arns.principal(target.hostAccount(), props.hostPrincipal()),
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
