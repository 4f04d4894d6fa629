package dev.cloister.local.account;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where the local cloud answers.
 *
 * @param region the region the AWS files name
 * @param kms also answers STS and CloudFormation
 * @param s3Plain S3 without TLS, whose requests say so under {@code aws:SecureTransport}
 * @param certificateAuthority a PEM file
 */
public record Endpoints(String region, URI kms, URI s3, URI s3Plain, Path certificateAuthority) {}
