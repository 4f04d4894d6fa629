package dev.cloister.cdk;

import java.util.List;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.codebuild.CfnProject;
import software.amazon.awscdk.services.iam.PolicyStatement;

/** Where a pipeline takes the third party's repository from. */
public sealed interface CodeSource {
    /** The project's source, with the build description at a path of the repository. */
    CfnProject.SourceProperty source(String buildspec);

    /** What the pipeline's role needs to read it, and no more. */
    PolicyStatement permission();

    /** A CodeCommit repository of the account and region. */
    record CodeCommit(String repositoryName) implements CodeSource {
        @Override
        public CfnProject.SourceProperty source(String buildspec) {
            return CfnProject.SourceProperty.builder()
                    .type("CODECOMMIT")
                    .location(Arns.join(
                            "https://git-codecommit.", Aws.REGION, ".", Aws.URL_SUFFIX, "/v1/repos/", repositoryName))
                    .gitCloneDepth(1)
                    .buildSpec(buildspec)
                    .build();
        }

        @Override
        public PolicyStatement permission() {
            String repository = Arns.join(
                    "arn:", Aws.PARTITION, ":codecommit:", Aws.REGION, ":", Aws.ACCOUNT_ID, ":", repositoryName);
            return Policies.allow("ReadSource")
                    .actions(List.of("codecommit:GitPull"))
                    .resources(List.of(repository))
                    .build();
        }
    }

    /**
     * A repository at GitHub, GitLab or Bitbucket, by way of a connection.
     *
     * @param type CodeBuild's name of the provider, such as {@code GITHUB}
     * @param repositoryUrl such as {@code https://github.com/OWNER/NAME.git}
     * @param connectionArn the connection, which a person has confirmed in the console
     */
    record CodeConnections(String type, String repositoryUrl, String connectionArn) implements CodeSource {
        @Override
        public CfnProject.SourceProperty source(String buildspec) {
            return CfnProject.SourceProperty.builder()
                    .type(type)
                    .location(repositoryUrl)
                    .auth(CfnProject.SourceAuthProperty.builder()
                            .type("CODECONNECTIONS")
                            .resource(connectionArn)
                            .build())
                    .gitCloneDepth(1)
                    .buildSpec(buildspec)
                    .build();
        }

        @Override
        public PolicyStatement permission() {
            return Policies.allow("ReadSource")
                    .actions(List.of(
                            "codeconnections:GetConnection",
                            "codeconnections:GetConnectionToken",
                            "codeconnections:UseConnection"))
                    .resources(List.of(connectionArn))
                    .build();
        }
    }

    /** A zip file in a bucket of the third party's own. */
    record S3Zip(String bucket, String key) implements CodeSource {
        @Override
        public CfnProject.SourceProperty source(String buildspec) {
            return CfnProject.SourceProperty.builder()
                    .type("S3")
                    .location(Arns.join(bucket, "/", key))
                    .buildSpec(buildspec)
                    .build();
        }

        @Override
        public PolicyStatement permission() {
            return Policies.allow("ReadSource")
                    .actions(List.of("s3:GetObject", "s3:GetObjectVersion"))
                    .resources(List.of(Arns.objects(Arns.join(bucket, "/", key))))
                    .build();
        }
    }
}
