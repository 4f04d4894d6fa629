# Tells CloudFormation how it went, so that a host that does not come up fails its stack.
report() {
    local status=$?
    /opt/aws/bin/cfn-signal --exit-code "$status" --stack "$stack" --resource "$resource" --region "$region" || true
}
trap report EXIT

export AWS_REGION=$region AWS_DEFAULT_REGION=$region
printf 'AWS_REGION=%s\nAWS_DEFAULT_REGION=%s\nKMS_REGION=%s\n' "$region" "$region" "$kms_region" >/etc/cloister/environment

dnf install -y aws-nitro-enclaves-cli java-25-amazon-corretto-devel fuse python3 tar gzip

archive=$(mktemp)
aws s3 cp --only-show-errors "$cloister_archive" "$archive"
echo "$cloister_sha256  $archive" | sha256sum --check --strict --quiet
mkdir -p /opt/cloister
tar -xzf "$archive" --strip-components=1 --no-same-owner -C /opt/cloister
rm "$archive"
ln -sf /opt/cloister/cloister /usr/local/bin/cloister

chmod 0755 /usr/local/libexec/cloister/enclaves
grep -qx user_allow_other /etc/fuse.conf || echo user_allow_other >>/etc/fuse.conf

systemctl daemon-reload
systemctl enable --now nitro-enclaves-allocator.service cloister-proxy.service
for settings in /etc/cloister/enclaves/*.conf; do
    systemctl enable --now "cloister-enclave@$(basename "$settings" .conf).service"
done
