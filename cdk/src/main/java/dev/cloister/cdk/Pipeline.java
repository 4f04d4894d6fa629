package dev.cloister.cdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.codebuild.CfnProject;
import software.amazon.awscdk.services.codebuild.LinuxArmBuildImage;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.PrincipalWithConditions;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;

/** A CodeBuild project on Arm, which is what enclaves on Graviton run, with a role of its own and a log. */
final class Pipeline extends Construct {
    private static final int LOG_DAYS = 365;
    private static final int TIMEOUT_MINUTES = 30;

    private final CfnProject project;
    private final Role role;

    /**
     * A project that runs {@code buildspecs/NAME.yml} of its source.
     *
     * @param projectName name of the project
     * @param buildspec name of the build description, without folder and ending
     * @param environment the build's environment variables, none of them secret
     * @param permissions what the build may do besides reading its source and writing its log
     */
    Pipeline(
            Construct scope,
            String projectName,
            String buildspec,
            CodeSource source,
            Map<String, String> environment,
            List<PolicyStatement> permissions) {
        super(scope, "Pipeline");
        CfnLogGroup log = CfnLogGroup.Builder.create(this, "Log")
                .retentionInDays(LOG_DAYS)
                .build();
        role = role(projectName, log, source, permissions);
        project = CfnProject.Builder.create(this, "Project")
                .name(projectName)
                .serviceRole(role.getRoleArn())
                .source(source.source("buildspecs/" + buildspec + ".yml"))
                .artifacts(CfnProject.ArtifactsProperty.builder()
                        .type("NO_ARTIFACTS")
                        .build())
                .environment(environment(environment))
                .logsConfig(CfnProject.LogsConfigProperty.builder()
                        .cloudWatchLogs(CfnProject.CloudWatchLogsConfigProperty.builder()
                                .status("ENABLED")
                                .groupName(log.getRef())
                                .build())
                        .build())
                .timeoutInMinutes(TIMEOUT_MINUTES)
                .build();
        NagException.accept(
                project,
                new NagException(
                        "AwsSolutions-CB4", "The project keeps no artifacts, so there is nothing to encrypt."));
    }

    private Role role(String projectName, CfnLogGroup log, CodeSource source, List<PolicyStatement> permissions) {
        String projectArn = Arns.join(
                "arn:", Aws.PARTITION, ":codebuild:", Aws.REGION, ":", Aws.ACCOUNT_ID, ":project/", projectName);
        List<PolicyStatement> statements = new ArrayList<>();
        statements.add(Policies.allow("WriteLog")
                .actions(List.of("logs:CreateLogStream", "logs:PutLogEvents"))
                .resources(List.of(log.getAttrArn()))
                .build());
        statements.add(source.permission());
        statements.addAll(permissions);
        Role made = Role.Builder.create(this, "Role")
                .assumedBy(new PrincipalWithConditions(
                        new ServicePrincipal("codebuild.amazonaws.com"),
                        Map.of(
                                "ArnEquals", Map.of("aws:SourceArn", projectArn),
                                "StringEquals", Map.of("aws:SourceAccount", Aws.ACCOUNT_ID))))
                .inlinePolicies(Map.of(
                        "Build",
                        PolicyDocument.Builder.create().statements(statements).build()))
                .build();
        NagException.accept(
                made,
                new NagException(
                        "AwsSolutions-IAM5",
                        "The wildcards are the log's streams and the objects below the one prefix of the shared bucket."));
        return made;
    }

    private static CfnProject.EnvironmentProperty environment(Map<String, String> variables) {
        return CfnProject.EnvironmentProperty.builder()
                .type("ARM_CONTAINER")
                .computeType("BUILD_GENERAL1_SMALL")
                .image(LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0.getImageId())
                .environmentVariables(new TreeMap<>(variables)
                        .entrySet().stream()
                                .map(variable -> CfnProject.EnvironmentVariableProperty.builder()
                                        .name(variable.getKey())
                                        .type("PLAINTEXT")
                                        .value(variable.getValue())
                                        .build())
                                .toList())
                .build();
    }

    String projectName() {
        return project.getRef();
    }

    String roleArn() {
        return role.getRoleArn();
    }
}
