package dev.cloister.cdk;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** {@code EnclaveHost}, in the host's account: the parent instance that runs third parties' applications. */
public final class EnclaveHostStack extends Stack {
    private static final String AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

    /**
     * The stack, with its parameters.
     *
     * @param thirdParties names of the third parties whose applications the host runs, which are defaults of parameters,
     *     and may be empty; from the second one on, the parameters that each of them has end with its number
     */
    public EnclaveHostStack(Construct scope, String id, StackProps props, List<String> thirdParties) {
        super(scope, id, props);
        String vpc = given("VpcId", "AWS::EC2::VPC::Id", "Network of the host").getValueAsString();
        List<String> subnets = given(
                        "SubnetIds", "List<AWS::EC2::Subnet::Id>", "Subnets with a way to AWS's endpoints by HTTPS")
                .getValueAsList();
        String type = Parameter.INSTANCE_TYPE.in(
                this, "InstanceType", "An instance type that can run enclaves", "c7g.2xlarge");
        CloisterArchive cloister = new CloisterArchive(
                Parameter.S3_PATH.in(this, "CloisterS3Path", "Archive of Cloister, as s3://BUCKET/KEY"),
                Parameter.SHA256.in(this, "CloisterSha256", "SHA-256 of that archive"));
        List<HostedApplication> applications = new ArrayList<>();
        for (int i = 1; i <= thirdParties.size(); i++) {
            applications.add(application(i == 1 ? "" : Integer.toString(i), thirdParties.get(i - 1)));
        }
        EnclaveHost host = new EnclaveHost(
                this,
                "Host",
                new EnclaveHost.Props(vpc, subnets, imageId().getValueAsString(), type, cloister, applications));
        Outputs.add(
                this,
                "InstanceRoleArn",
                "The instance's role; HostPrincipal is what follows the account",
                host.roleArn());
    }

    private HostedApplication application(String number, String preset) {
        String name = Parameter.PARTY_NAME.in(
                this,
                "ThirdPartyName" + number,
                "Name of the third party, as in the stack of its shared bucket",
                preset.isEmpty() ? null : preset);
        String bucket = Parameter.BUCKET.in(
                this, "SharedBucketName" + number, "Output BucketName of the shared bucket's stack");
        String bucketKey = Parameter.KEY_ARN.in(
                this, "HostEncryptionKeyArn" + number, "Output KmsKeyArn of the shared bucket's stack");
        String key = Parameter.KEY_ARN.in(
                this, "EncryptionKeyArn" + number, "The third party's key: output of its stack ApplicationEncryptor");
        String cpuCount = Parameter.COUNT.in(this, "EnclaveCpuCount" + number, "Processors of the enclave", "2");
        String memory = Parameter.COUNT.in(
                this,
                "EnclaveMemoryMiB" + number,
                "Memory of the enclave at least; it gets four times its image if that is more",
                "4096");
        return new HostedApplication(name, bucket, bucketKey, key, cpuCount, memory);
    }

    private CfnParameter given(String name, String type, String description) {
        return CfnParameter.Builder.create(this, name)
                .type(type)
                .description(description)
                .build();
    }

    private CfnParameter imageId() {
        return CfnParameter.Builder.create(this, "ImageId")
                .type("AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>")
                .description("Amazon Linux 2023 for the instance type's processor, as a parameter of Systems Manager")
                .defaultValue(AMAZON_LINUX)
                .build();
    }
}
