create table if not exists pay_order (
	payment_id varchar(64) primary key,
	amount numeric(19, 2) not null,
	device_code varchar(64) not null,
	ordered_at timestamp default current_timestamp not null
);
