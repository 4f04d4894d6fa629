package dev.cloister.local.account;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where the local cloud answers.
 *
 * @param region the region the AWS files name
 * @param kms also answers STS
 * @param certificateAuthority a PEM file
 */
public record Endpoints(String region, URI kms, URI s3, Path certificateAuthority) {}
