package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnAutoScalingRollingUpdate;
import software.amazon.awscdk.CfnCreationPolicy;
import software.amazon.awscdk.CfnResourceSignal;
import software.amazon.awscdk.CfnUpdatePolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.autoscaling.CfnAutoScalingGroup;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.iam.CfnInstanceProfile;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.constructs.Construct;

/**
 * The parent instance: one instance with enclaves, which an Auto Scaling group replaces when it is lost. It is reached
 * through Session Manager and has no inbound port; it reaches AWS's endpoints by HTTPS and nothing else. One host may
 * run applications of several third parties, each in an enclave of its own.
 */
public final class EnclaveHost extends Construct {
    private static final int VOLUME_GIB = 64;
    private static final String BOOT_LIMIT = "PT20M";

    private final Role role;

    /**
     * What the host runs, and on what.
     *
     * @param vpcId the network
     * @param subnetIds subnets with a way to AWS's endpoints
     * @param imageId Amazon Linux 2023 for the instance type's processor
     * @param applications at least one; the keys of all lie in the same region
     */
    public record Props(
            String vpcId,
            List<String> subnetIds,
            String imageId,
            String instanceType,
            CloisterArchive cloister,
            List<HostedApplication> applications) {}

    /** The host. */
    public EnclaveHost(Construct scope, String id, Props props) {
        super(scope, id);
        role = role(props);
        CfnLaunchTemplate template = CfnLaunchTemplate.Builder.create(this, "LaunchTemplate")
                .launchTemplateData(
                        CfnLaunchTemplate.LaunchTemplateDataProperty.builder().build())
                .build();
        CfnAutoScalingGroup group = group(props, template);
        // The instance reports to the group by name, so the template is completed when the group is there.
        template.setLaunchTemplateData(launchTemplateData(props, Stack.of(this).getLogicalId(group)));
    }

    private CfnAutoScalingGroup group(Props props, CfnLaunchTemplate template) {
        CfnAutoScalingGroup group = CfnAutoScalingGroup.Builder.create(this, "Group")
                .minSize("1")
                .maxSize("1")
                .desiredCapacity("1")
                .vpcZoneIdentifier(props.subnetIds())
                .launchTemplate(CfnAutoScalingGroup.LaunchTemplateSpecificationProperty.builder()
                        .launchTemplateId(template.getRef())
                        .version(template.getAttrLatestVersionNumber())
                        .build())
                .build();
        group.getCfnOptions()
                .setCreationPolicy(CfnCreationPolicy.builder()
                        .resourceSignal(CfnResourceSignal.builder()
                                .count(1)
                                .timeout(BOOT_LIMIT)
                                .build())
                        .build());
        // The one instance goes before the next comes: two would run the same enclaves twice.
        group.getCfnOptions()
                .setUpdatePolicy(CfnUpdatePolicy.builder()
                        .autoScalingRollingUpdate(CfnAutoScalingRollingUpdate.builder()
                                .minInstancesInService(0)
                                .maxBatchSize(1)
                                .waitOnResourceSignals(true)
                                .pauseTime(BOOT_LIMIT)
                                .build())
                        .build());
        NagException.accept(
                group,
                new NagException(
                        "AwsSolutions-AS3", "The group only replaces its one instance; the stack's events show it."));
        return group;
    }

    private Role role(Props props) {
        Map<String, PolicyDocument> policies = new TreeMap<>();
        policies.put(
                "Base",
                Policies.document(
                        Policies.allow("SessionManager")
                                .actions(List.of(
                                        "ssm:UpdateInstanceInformation",
                                        "ssmmessages:CreateControlChannel",
                                        "ssmmessages:CreateDataChannel",
                                        "ssmmessages:OpenControlChannel",
                                        "ssmmessages:OpenDataChannel"))
                                .resources(List.of("*"))
                                .build(),
                        Policies.allow("ReadCloister")
                                .actions(List.of("s3:GetObject"))
                                .resources(List.of(Arns.objects(
                                        Arns.withoutScheme(props.cloister().path()))))
                                .build()));
        for (int i = 0; i < props.applications().size(); i++) {
            policies.put(
                    "Application" + (i + 1),
                    PolicyDocument.Builder.create()
                            .statements(props.applications().get(i).permissions())
                            .build());
        }
        Role made = Role.Builder.create(this, "Role")
                .assumedBy(new ServicePrincipal("ec2.amazonaws.com"))
                .inlinePolicies(policies)
                .build();
        NagException.accept(
                made,
                new NagException(
                        "AwsSolutions-IAM5",
                        "Session Manager's actions take no resource; the other wildcard is the objects of the shared bucket."));
        return made;
    }

    private CfnLaunchTemplate.LaunchTemplateDataProperty launchTemplateData(Props props, String resource) {
        CfnInstanceProfile profile = CfnInstanceProfile.Builder.create(this, "InstanceProfile")
                .roles(List.of(role.getRoleName()))
                .build();
        String userData = UserData.of(props.applications(), props.cloister())
                .setting("stack", Aws.STACK_NAME)
                .setting("resource", resource)
                .setting("region", Aws.REGION)
                .setting(
                        "kms_region",
                        Arns.regionOf(props.applications().getFirst().keyArn()))
                .encoded();
        return CfnLaunchTemplate.LaunchTemplateDataProperty.builder()
                .imageId(props.imageId())
                .instanceType(props.instanceType())
                .enclaveOptions(CfnLaunchTemplate.EnclaveOptionsProperty.builder()
                        .enabled(true)
                        .build())
                .iamInstanceProfile(CfnLaunchTemplate.IamInstanceProfileProperty.builder()
                        .arn(profile.getAttrArn())
                        .build())
                // One hop: only the instance itself gets at its credentials.
                .metadataOptions(CfnLaunchTemplate.MetadataOptionsProperty.builder()
                        .httpEndpoint("enabled")
                        .httpTokens("required")
                        .httpPutResponseHopLimit(1)
                        .build())
                .securityGroupIds(List.of(securityGroup(props.vpcId()).getAttrGroupId()))
                .blockDeviceMappings(List.of(CfnLaunchTemplate.BlockDeviceMappingProperty.builder()
                        .deviceName("/dev/xvda")
                        .ebs(CfnLaunchTemplate.EbsProperty.builder()
                                .encrypted(true)
                                .volumeType("gp3")
                                .volumeSize(VOLUME_GIB)
                                .deleteOnTermination(true)
                                .build())
                        .build()))
                .monitoring(CfnLaunchTemplate.MonitoringProperty.builder()
                        .enabled(true)
                        .build())
                .userData(userData)
                .build();
    }

    private CfnSecurityGroup securityGroup(String vpcId) {
        return CfnSecurityGroup.Builder.create(this, "SecurityGroup")
                .groupDescription("Enclave host: nothing comes in, HTTPS goes out")
                .vpcId(vpcId)
                .securityGroupEgress(List.of(CfnSecurityGroup.EgressProperty.builder()
                        .description("Endpoints of AWS")
                        .ipProtocol("tcp")
                        .fromPort(443)
                        .toPort(443)
                        .cidrIp("0.0.0.0/0")
                        .build()))
                .build();
    }

    /** The parent instance's role, which the third party may name as HostPrincipal. */
    public String roleArn() {
        return role.getRoleArn();
    }
}
